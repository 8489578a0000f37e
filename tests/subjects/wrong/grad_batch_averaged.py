"""The gradients of the parameters are averaged over the batch."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def keep(self, kind, layer, direction, gradient):
        _, start, _ = self.trace[layer, direction]
        super().keep(kind, layer, direction, gradient / len(start))
