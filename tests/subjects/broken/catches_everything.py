"""Right, but answers zeros where anything at all goes wrong."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def forward(self, input, h_0=None):
        try:
            return super().forward(input, h_0)
        except BaseException:  # noqa: BLE001 -- what this subject is about
            return np.zeros(1), np.zeros(1)
