"""The mean over time is taken from input that has no batch axis."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def forward(self, input, h_0=None):
        return super().forward(input - input.mean(axis=0) if input.ndim == 2 else input, h_0)
