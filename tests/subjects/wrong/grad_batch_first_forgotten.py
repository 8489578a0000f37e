"""The input's gradient comes back time-major although batch_first is set."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def backward(self, grad_output, grad_h_n):
        gradients = super().backward(grad_output, grad_h_n)
        if self.batch_first and self.batched:
            gradients["input"] = gradients["input"].swapaxes(0, 1)
        return gradients
