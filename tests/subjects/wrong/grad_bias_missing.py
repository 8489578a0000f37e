"""backward does not return the gradients of the biases."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def keep(self, kind, layer, direction, gradient):
        if kind.startswith("weight"):
            super().keep(kind, layer, direction, gradient)
