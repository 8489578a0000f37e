"""Where the numbers of a case come from: a bit generator's raw integers, the same on every platform."""

from __future__ import annotations

import hashlib
import math
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


class NumberSource:
    """Uniform numbers from Philox's raw integers.

    NumPy promises a bit generator's stream but not its distributions. Each array has a key of its own, so that one
    array's numbers do not depend on which others are drawn.
    """

    def __init__(self, key: str) -> None:
        self._key = key

    def uniform(self, name: str, shape: tuple[int, ...]) -> Array:
        """Odd multiples of 2**-53 in (-1, 1): exact, symmetric, never zero."""
        digest = hashlib.sha256(f"{self._key}|{name}".encode()).digest()
        raw = np.random.Philox(key=int.from_bytes(digest[:16], "little")).random_raw(math.prod(shape))
        odd = 2 * (np.asarray(raw, dtype=np.uint64) >> np.uint64(11)).astype(np.int64) + 1 - 2**53
        return (odd * 2.0**-53).reshape(shape)


def rounded(values: Array, digits: int | None) -> Array:
    """The numbers to so many decimals, for a calculation by hand; None leaves them as they are.

    Where all would become zero, the largest becomes one unit of the last decimal: zeros alone show nothing.
    """
    if digits is None:
        return values
    short = np.round(values, digits) + 0.0  # no -0.0
    if not short.any() and values.any():
        largest = np.argmax(np.abs(values))
        short.flat[largest] = math.copysign(1 / 10**digits, values.flat[largest])
    return short
