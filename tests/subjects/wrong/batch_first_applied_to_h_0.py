"""With batch_first the numbers of h_0 are read as if the batch came first there, too."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def state_to_inside(self, state):
        if self.batch_first and self.batched:
            return state.reshape(state.shape[1], state.shape[0], state.shape[2]).swapaxes(0, 1)
        return super().state_to_inside(state)
