"""All steps of output are views of one buffer, which holds the last state."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def scan(self, sequence, state, layer, direction):
        state, states = state.copy(), []
        for x in sequence:
            state[:] = self.step(x, state, layer, direction)
            states.append(state)
        return np.stack(states)
