"""The reverse direction's part of the input's gradient is left in reversed time."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def direction_backward(self, grads, carry, layer, direction):
        grad_input, grad_start = super().direction_backward(grads, carry, layer, direction)
        return self.turn(grad_input, direction), grad_start
