"""bidirectional is accepted and ignored."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def forward(self, input, h_0=None):
        self.directions = 1
        return super().forward(input, None if h_0 is None else h_0[: self.num_layers])

    def step(self, x, state, layer, direction):
        wide = x.shape[-1] != self.parameter("weight_ih", layer, direction).shape[-1]
        return super().step(np.concatenate([x, x], axis=-1) if wide else x, state, layer, direction)
