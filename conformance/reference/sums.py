"""The two kinds of sum that the reference RNN is made of, where NumPy's own would differ from torch's."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

#: How many rows are added up in one run.
BLOCK = 128
ONES = {np.dtype(kind): np.ones((1, BLOCK), kind) for kind in (np.float32, np.float64, np.longdouble)}


def product(left: Array, right: Array, out: Array | None = None) -> Array:
    """The matrix product; NumPy's own leaves out what a lone 0 is multiplied with, even if that is infinite or NaN."""
    if left.size == 1 or right.size == 1:
        return np.multiply(left, right, out=out)
    return left.dot(right, out)


def column_sums(rows: Array) -> Array:
    """The sum (n) of rows (m, n), block by block: in float32 a single run of thousands of terms loses digits."""
    if len(rows) <= BLOCK:
        total: Array = product(ONES[rows.dtype][:, : len(rows)], rows)[0]
        return total
    return column_sums(np.array([column_sums(rows[start : start + BLOCK]) for start in range(0, len(rows), BLOCK)]))
