"""The gradient of weight_hh takes the initial state for zeros."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def parameter_gradients(self, layer, direction, grads_pre, sequence, before):
        before[0] = 0
        super().parameter_gradients(layer, direction, grads_pre, sequence, before)
