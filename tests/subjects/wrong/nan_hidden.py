"""NaN and infinity are replaced by ordinary numbers."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def activate(self, pre):
        return np.nan_to_num(super().activate(pre))
