"""Upper layers read the forward half of the layer below alone."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def run_direction(self, sequence, start, layer, direction):
        if layer and self.directions == 2:
            sequence = sequence.copy()
            sequence[:, :, self.hidden_size :] = 0
        return super().run_direction(sequence, start, layer, direction)
