"""Changes the input in place after it has taken a copy to compute with."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def forward(self, input, h_0=None):
        original = input.copy()
        input[...] = 0
        return super().forward(original, h_0)
