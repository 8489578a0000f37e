"""Returns masked arrays in which everything wrong is masked."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def forward(self, input, h_0=None):
        output, h_n = super().forward(input, h_0)
        return np.ma.masked_all_like(output), np.ma.masked_all_like(h_n)
