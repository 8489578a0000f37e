"""weight_ih is reshaped where it should be transposed."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def parameter(self, kind, layer, direction):
        array = super().parameter(kind, layer, direction)
        return array.reshape(array.shape[::-1]).T if kind == "weight_ih" else array
