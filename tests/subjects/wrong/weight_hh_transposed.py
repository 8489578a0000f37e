"""weight_hh is used untransposed, which fits since it is square."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def parameter(self, kind, layer, direction):
        array = super().parameter(kind, layer, direction)
        return array.T if kind == "weight_hh" else array
