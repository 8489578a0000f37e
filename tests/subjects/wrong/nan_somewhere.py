"""One sample's last state is NaN."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def run_layers(self, sequence, h_0):
        output, h_n = super().run_layers(sequence, h_0)
        h_n[-1, -1:] = np.nan
        return output, h_n
