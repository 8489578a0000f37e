"""Every layer after the second uses the second's weights."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def parameter(self, kind, layer, direction):
        return super().parameter(kind, min(layer, 1), direction)
