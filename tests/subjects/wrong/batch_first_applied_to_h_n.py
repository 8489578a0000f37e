"""batch_first turns h_n, too."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def state_from_inside(self, state):
        return state.swapaxes(0, 1) if self.batch_first and self.batched else super().state_from_inside(state)
