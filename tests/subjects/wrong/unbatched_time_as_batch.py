"""With batch_first, each time step of an unbatched input is taken for a sample of its own."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def forward(self, input, h_0=None):
        if input.ndim == 3 or not self.batch_first:
            return super().forward(input, h_0)
        if h_0 is not None:
            h_0 = np.repeat(h_0[:, np.newaxis], len(input), axis=1)
        output, h_n = super().forward(input[:, np.newaxis], h_0)
        return output[:, 0], h_n[:, -1]
