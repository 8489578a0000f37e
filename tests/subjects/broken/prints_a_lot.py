"""Right, but prints every state to both streams."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def step(self, x, state, layer, direction):
        state = super().step(x, state, layer, direction)
        print("state", state)
        print("pass" * 100, file=sys.stderr)
        return state
