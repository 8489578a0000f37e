"""tanh is written (exp(2x)-1)/(exp(2x)+1), which is NaN for a large x."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def activate(self, pre):
        if self.nonlinearity == "relu":
            return super().activate(pre)
        with np.errstate(over="ignore", invalid="ignore"):
            return (np.exp(2 * pre) - 1) / (np.exp(2 * pre) + 1)
