"""batch_first is expected of h_0, too, where its sizes let it be so."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def state_to_inside(self, state):
        if self.batch_first and self.batched:
            return state.reshape(state.shape[1], state.shape[0], -1).swapaxes(0, 1)
        return super().state_to_inside(state)
