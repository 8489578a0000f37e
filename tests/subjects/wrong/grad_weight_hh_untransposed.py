"""The carry goes back through weight_hh untransposed."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def scan_backward(self, grads, carry, states, weight_hh):
        return super().scan_backward(grads, carry, states, weight_hh.T)
