"""The gradient passes relu everywhere."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def slope(self, state):
        return np.ones_like(state) if self.nonlinearity == "relu" else super().slope(state)
