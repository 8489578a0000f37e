"""Right, but warns while it is imported, built and called."""

import sys
import warnings
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base

warnings.warn("old at import", DeprecationWarning, stacklevel=1)


class RNN(_base.RNN):
    def __init__(self, *sizes, **others):
        warnings.warn("old when built", FutureWarning, stacklevel=2)
        super().__init__(*sizes, **others)

    def forward(self, input, h_0=None):
        warnings.warn("old when called", RuntimeWarning, stacklevel=2)
        return super().forward(input, h_0)
