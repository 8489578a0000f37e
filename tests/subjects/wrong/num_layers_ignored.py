"""num_layers is accepted and ignored."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def run_layers(self, sequence, h_0):
        self.num_layers = 1
        return super().run_layers(sequence, h_0)
