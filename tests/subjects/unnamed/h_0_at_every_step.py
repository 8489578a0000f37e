"""The initial state is added to the pre-activation of every step."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def scan(self, sequence, state, layer, direction):
        self.start = state
        return super().scan(sequence, state, layer, direction)

    def biases(self, layer, direction):
        return super().biases(layer, direction) + self.start
