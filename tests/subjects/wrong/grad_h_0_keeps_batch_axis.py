"""Without a batch, the gradient of h_0 still has its axis."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def backward(self, grad_output, grad_h_n):
        gradients = super().backward(grad_output, grad_h_n)
        if self.h_0_given and not self.batched:
            gradients["h_0"] = gradients["h_0"][:, np.newaxis]
        return gradients
