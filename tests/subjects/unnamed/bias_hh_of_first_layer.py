"""Every layer reads the first layer's bias_hh, and its own of everything else."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def parameter(self, kind, layer, direction):
        return super().parameter(kind, 0 if kind == "bias_hh" else layer, direction)
