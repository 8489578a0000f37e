"""backward returns zeros of the right shapes."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def backward(self, grad_output, grad_h_n):
        gradients = super().backward(grad_output, grad_h_n)
        return {name: np.zeros_like(gradient) for name, gradient in gradients.items()}
