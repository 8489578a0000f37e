"""Returns complex numbers with an imaginary part of zero."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def forward(self, input, h_0=None):
        output, h_n = super().forward(input, h_0)
        return output.astype(complex), h_n.astype(complex)
