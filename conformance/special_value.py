"""A special value: one number of an array that is NaN or infinite."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

Special = Literal["nan", "inf", "-inf"]
Step = Literal["first", "middle", "last"]


def put(array: np.ndarray[Any, np.dtype[Any]], special: Special, step: Step) -> None:
    """Write a special value into feature 0 of the last sequence, at one place along the first axis.

    `array` is (T, B, n) or (T, n), or states with their rows in place of T. One number is enough: where it spreads to
    shows what depends on it, and that other sequences stay finite.
    """
    if not array.size:
        return
    place = {"first": 0, "middle": len(array) // 2, "last": -1}[step]
    one_sequence = array if array.ndim == 2 else array[:, -1]  # noqa: PLR2004 -- (T, n)
    one_sequence[place, 0] = float(special)
