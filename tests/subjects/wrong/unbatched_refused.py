"""Unbatched input is refused with an error."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def forward(self, input, h_0=None):
        seq_len, batch_size, input_size = input.shape
        return super().forward(input.reshape(seq_len, batch_size, input_size), h_0)
