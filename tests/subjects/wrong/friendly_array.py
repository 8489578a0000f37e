"""Zeros in a subclass of ndarray that claims to equal everything."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))
import _base


class Friendly(np.ndarray):
    def __eq__(self, other):
        return True

    __hash__ = None

    def __array_ufunc__(self, ufunc, method, *inputs, **keywords):
        plain = [np.zeros(np.shape(value)) for value in inputs]
        return getattr(ufunc, method)(*plain)

    def __array_function__(self, function, types, arguments, keywords):
        return True


class RNN(_base.RNN):
    def forward(self, input, h_0=None):
        output, h_n = super().forward(input, h_0)
        return np.zeros_like(output).view(Friendly), np.zeros_like(h_n).view(Friendly)
