"""The loop over time ends one step early."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def run_layers(self, sequence, h_0):
        return super().run_layers(sequence[:-1], h_0)
