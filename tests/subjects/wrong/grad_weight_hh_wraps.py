"""The state before the first step is taken from index -1, which is the last."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def parameter_gradients(self, layer, direction, grads_pre, sequence, before):
        _, _, states = self.trace[layer, direction]
        super().parameter_gradients(layer, direction, grads_pre, sequence, np.roll(states, 1, axis=0))
