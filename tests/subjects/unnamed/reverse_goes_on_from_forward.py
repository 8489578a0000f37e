"""The reverse direction starts from the last state of the forward one."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def run_direction(self, sequence, start, layer, direction):
        start = self.last_state if direction else start
        output, self.last_state = super().run_direction(sequence, start, layer, direction)
        return output, self.last_state
