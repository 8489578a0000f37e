"""Returns nested lists of numbers."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def forward(self, input, h_0=None):
        output, h_n = super().forward(input, h_0)
        return output.tolist(), h_n.tolist()
