"""The new state is 0.9 of the cell's and 0.1 of the state before."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def step(self, x, state, layer, direction):
        fresh = super().step(x, state, layer, direction)
        return (0.9 * fresh + 0.1 * state).astype(fresh.dtype)
