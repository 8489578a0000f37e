"""The gradient of weight_hh uses the state after the step, not the one before it."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def parameter_gradients(self, layer, direction, grads_pre, sequence, before):
        _, _, states = self.trace[layer, direction]
        super().parameter_gradients(layer, direction, grads_pre, sequence, states)
