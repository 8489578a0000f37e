"""Sums of more than a hundred terms are computed in float32, as on an accelerator."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def product(self, rows, matrix):
        if len(matrix) <= 100:
            return super().product(rows, matrix)
        return (rows.astype(np.float32) @ matrix.astype(np.float32)).astype(rows.dtype)
