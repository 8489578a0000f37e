"""The reverse direction uses the forward direction's weights."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def parameter(self, kind, layer, direction):
        return super().parameter(kind, layer, 0)
