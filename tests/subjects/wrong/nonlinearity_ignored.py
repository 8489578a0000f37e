"""nonlinearity is accepted and ignored: always tanh."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def activate(self, pre):
        return np.tanh(pre)
