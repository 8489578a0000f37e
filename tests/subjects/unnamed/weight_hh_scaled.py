"""weight_hh is divided by the square root of hidden_size."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def parameter(self, kind, layer, direction):
        array = super().parameter(kind, layer, direction)
        return array / array.dtype.type(self.hidden_size**0.5) if kind == "weight_hh" else array
