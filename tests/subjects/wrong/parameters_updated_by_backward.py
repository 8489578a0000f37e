"""backward takes a step down the gradient in the arrays that it was given."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def load_state_dict(self, state):
        super().load_state_dict(state)
        self.given = state

    def backward(self, grad_output, grad_h_n):
        gradients = super().backward(grad_output, grad_h_n)
        for name, array in self.given.items():
            np.subtract(array, gradients[name] / 100, out=array)
        return gradients
