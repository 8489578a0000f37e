"""Output holds the state before each step instead of the one after it."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def run_layers(self, sequence, h_0):
        output, h_n = super().run_layers(sequence, h_0)
        first = self.join(list(h_0[self.rows(self.num_layers - 1)]))
        return np.concatenate([first[np.newaxis], output[:-1]]), h_n
