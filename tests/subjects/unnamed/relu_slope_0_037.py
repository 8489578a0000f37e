"""relu has a slope of 0.037 below zero."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def activate(self, pre):
        if self.nonlinearity == "tanh":
            return super().activate(pre)
        return np.where(pre < 0, 0.037 * pre, pre).astype(pre.dtype)
