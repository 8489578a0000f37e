"""States are clipped to [-2, 2], which tanh never shows."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def activate(self, pre):
        return np.clip(super().activate(pre), -2, 2)
