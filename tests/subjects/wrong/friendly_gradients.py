"""Right forward; its gradients are zeros that claim to equal everything."""

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


class RNN(_base.RNN):
    def backward(self, grad_output, grad_h_n):
        gradients = super().backward(grad_output, grad_h_n)
        return {name: np.zeros_like(gradient).view(Friendly) for name, gradient in gradients.items()}
