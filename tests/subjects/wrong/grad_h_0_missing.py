"""backward does not return the gradient of h_0."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def backward(self, grad_output, grad_h_n):
        gradients = super().backward(grad_output, grad_h_n)
        gradients.pop("h_0", None)
        return gradients
