"""A bidirectional layer hands down the mean of its directions' gradients in place of their sum."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def layer_backward(self, grad_sequence, carries, layer):
        grad_input, grad_starts = super().layer_backward(grad_sequence, carries, layer)
        return grad_input / self.directions, grad_starts
