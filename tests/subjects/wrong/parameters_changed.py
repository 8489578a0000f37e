"""Keeps the arrays given to load_state_dict and rounds them in place."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def load_state_dict(self, state):
        super().load_state_dict(state)
        for array in state.values():
            array.round(2, out=array)
