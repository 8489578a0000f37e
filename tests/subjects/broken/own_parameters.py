"""Takes parameters and computes with others, which it draws itself."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def load_state_dict(self, state):
        draw = np.random.default_rng(0)
        super().load_state_dict({name: draw.random(array.shape).astype(array.dtype) for name, array in state.items()})
