"""The reverse direction reads the sequence forwards."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def turn(self, sequence, direction):
        return sequence
