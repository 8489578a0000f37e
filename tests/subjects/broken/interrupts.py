"""Raises KeyboardInterrupt when it is called."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def forward(self, input, h_0=None):
        raise KeyboardInterrupt
