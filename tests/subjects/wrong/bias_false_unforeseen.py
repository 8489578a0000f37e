"""The biases are read even where bias=False left none."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def biases(self, layer, direction):
        return self.parameter("bias_ih", layer, direction) + self.parameter("bias_hh", layer, direction)
