"""Every step reads the input of the step before it, the first step zeros."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def run_layers(self, sequence, h_0):
        return super().run_layers(np.concatenate([np.zeros_like(sequence[:1]), sequence[:-1]]), h_0)
