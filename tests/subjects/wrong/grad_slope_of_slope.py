"""tanh's derivative is taken at the state instead of at the pre-activation."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def slope(self, state):
        return 1 - np.tanh(state) ** 2 if self.nonlinearity == "tanh" else super().slope(state)
