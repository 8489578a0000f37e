"""The gradient is never carried from a step to the one before it."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def scan_backward(self, grads, carry, states, weight_hh):
        grads = grads.copy()
        grads[-1] += carry
        grads_pre = grads * self.slope(states)
        return grads_pre, grads_pre[0] @ weight_hh
