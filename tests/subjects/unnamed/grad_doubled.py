"""Every gradient is twice what it should be."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def backward(self, grad_output, grad_h_n):
        return {name: 2 * gradient for name, gradient in super().backward(grad_output, grad_h_n).items()}
