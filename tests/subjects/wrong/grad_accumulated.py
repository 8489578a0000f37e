"""Gradients of parameters are added to those of the call before."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def backward(self, grad_output, grad_h_n):
        earlier = getattr(self, "gradients", {})
        gradients = super().backward(grad_output, grad_h_n)
        for name in self.state:
            gradients[name] += earlier.get(name, 0)
        return gradients
