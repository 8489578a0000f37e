"""The reverse half of h_n is taken at the last time step instead of at the first."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def run_direction(self, sequence, start, layer, direction):
        output, _ = super().run_direction(sequence, start, layer, direction)
        return output, output[-1]
