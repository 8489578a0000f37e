"""The outputs of the reverse direction are left in the order in which they were computed."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def turn_back(self, sequence, direction):
        return sequence
