"""What is learned from: the data that this package carries; data/README.md says where it comes from."""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path

import numpy as np

from conformance.arguments import Array

_FOLDER = Path(__file__).parent / "data"

#: Grey levels of a digit's pixel are 0 to 16.
_LEVELS = 16


@cache
def digits() -> tuple[Array, Array]:
    """Images (1797, 8, 8) with pixels from 0 to 1, and what digit each shows (1797,)."""
    with gzip.open(_FOLDER / "digits.csv.gz", "rt", encoding="ascii") as stream:
        table = np.loadtxt(stream, delimiter=",", dtype=np.int64)
    return table[:, :-1].reshape(-1, 8, 8) / _LEVELS, table[:, -1]


@cache
def characters() -> str:
    """The text that is learned by heart."""
    return (_FOLDER / "characters.txt").read_text(encoding="ascii")


@cache
def published(name: str) -> tuple[float, ...]:
    """The losses that a public text printed, by the name under which its system stands in this project."""
    lines = (_FOLDER / "published.csv").read_text(encoding="ascii").splitlines()
    rows = [line.split(",") for line in lines[1:]]
    return tuple(float(loss) for owner, loss in rows if owner == name)
