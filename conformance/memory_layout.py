"""A memory layout: the same numbers, lying in memory as a view of another array would."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
Layout = Literal["contiguous", "transposed", "strided"]


def lay_out(array: Array, layout: Layout) -> Array:
    """A fresh, writable copy in a layout: C order, the transpose of that, or every other number of a wider array.

    The numbers in between are NaN, so that nobody who walks over the memory takes them for data.
    """
    if layout == "strided" and array.ndim:
        wider = np.full((*array.shape[:-1], 2 * array.shape[-1]), np.nan).astype(array.dtype)
        every_other = wider[..., ::2]
        every_other[...] = array
        return every_other
    return np.array(array, order="F" if layout == "transposed" else "C")
