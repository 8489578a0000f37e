"""Computes in float32 and casts back."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def scan(self, sequence, state, layer, direction):
        states = super().scan(sequence.astype(np.float32), state.astype(np.float32), layer, direction)
        return states.astype(sequence.dtype)

    def parameter(self, kind, layer, direction):
        return super().parameter(kind, layer, direction).astype(np.float32)
