"""The upstream gradient of h_n enters at a scan's first step in place of its last."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def scan_backward(self, grads, carry, states, weight_hh):
        grads = grads.copy()
        grads[0] += carry
        return super().scan_backward(grads, np.zeros_like(carry), states, weight_hh)
