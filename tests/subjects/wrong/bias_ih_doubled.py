"""bias_ih is added twice, bias_hh never."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def biases(self, layer, direction):
        return 2 * self.parameter("bias_ih", layer, direction) if self.bias else 0
