"""Returns its own buffer, which the next call overwrites."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def forward(self, input, h_0=None):
        output, h_n = super().forward(input, h_0)
        if not hasattr(self, "buffer") or len(self.buffer) < output.size:
            self.buffer = np.empty(output.size, output.dtype)
        self.buffer[: output.size] = output.ravel()
        return self.buffer[: output.size].reshape(output.shape), h_n
