"""The input's gradient holds the forward direction's part alone."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def layer_backward(self, grad_sequence, carries, layer):
        self.parts = []
        total, starts = super().layer_backward(grad_sequence, carries, layer)
        return self.parts[0] if layer == 0 else total, starts

    def direction_backward(self, grads, carry, layer, direction):
        grad_input, grad_start = super().direction_backward(grads, carry, layer, direction)
        self.parts.append(grad_input)
        return grad_input, grad_start
