"""The biases' gradient is summed before the nonlinearity's derivative, not after it."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def scan_backward(self, grads, carry, states, weight_hh):
        grads_pre, grad_start = super().scan_backward(grads, carry, states, weight_hh)
        carries = np.concatenate([grads_pre[1:] @ weight_hh, carry[np.newaxis]])
        self.upstream_sum = (grads + carries).sum((0, 1))
        return grads_pre, grad_start

    def keep(self, kind, layer, direction, gradient):
        super().keep(kind, layer, direction, self.upstream_sum if kind.startswith("bias") else gradient)
