"""dropout scales the output of the last layer, too."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def run_layers(self, sequence, h_0):
        output, h_n = super().run_layers(sequence, h_0)
        return output * (1 - self.dropout), h_n
