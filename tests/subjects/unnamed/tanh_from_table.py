"""tanh comes from a table of 201 points with straight lines between them."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))
import _base

POINTS = np.linspace(-5, 5, 201)


class RNN(_base.RNN):
    def activate(self, pre):
        if self.nonlinearity == "relu":
            return super().activate(pre)
        return np.interp(pre, POINTS, np.tanh(POINTS)).astype(pre.dtype)
