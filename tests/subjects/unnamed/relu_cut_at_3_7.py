"""relu is cut off at 3.7."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def activate(self, pre):
        return super().activate(pre) if self.nonlinearity == "tanh" else np.clip(pre, 0, 3.7)
