"""Right forward; its backward always raises."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def backward(self, grad_output, grad_h_n):
        raise ZeroDivisionError("no way back")
