"""Returns objects that are no arrays but turn into the right ones on demand."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class Convertible:
    def __init__(self, array):
        self.array = array
        self.shape = array.shape
        self.dtype = array.dtype

    def __array__(self, dtype=None, copy=None):
        return self.array


class RNN(_base.RNN):
    def forward(self, input, h_0=None):
        return tuple(Convertible(array) for array in super().forward(input, h_0))
