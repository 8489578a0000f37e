"""The reverse direction always starts from zeros."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def run_direction(self, sequence, start, layer, direction):
        return super().run_direction(sequence, start * (1 - direction), layer, direction)
