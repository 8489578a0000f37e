"""backward reads what the first call kept, not what the latest did."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def run_direction(self, sequence, start, layer, direction):
        kept = self.trace.get((layer, direction))
        result = super().run_direction(sequence, start, layer, direction)
        self.trace[layer, direction] = kept or self.trace[layer, direction]
        return result
