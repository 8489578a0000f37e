"""tanh comes from a table of 20,001 points: right to seven digits."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))
import _base

POINTS = np.linspace(-10, 10, 20_001)


class RNN(_base.RNN):
    def activate(self, pre):
        if self.nonlinearity == "relu":
            return super().activate(pre)
        return np.interp(pre, POINTS, np.tanh(POINTS)).astype(pre.dtype)
