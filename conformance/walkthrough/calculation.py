"""A number worked out line by line, for a pocket calculator."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from conformance.arguments import Array

#: The factors of one product, of which a line adds up several.
Product = tuple[float, ...]


@dataclass(frozen=True)
class Line:
    """One line: what it works out, the products that it adds up (none where that is said in words), and the result."""

    what: str
    products: tuple[Product, ...]
    result: float


@dataclass(frozen=True)
class Calculation:
    """How one number comes about: the formula, then its lines, of which the last is the number."""

    formula: str
    lines: tuple[Line, ...]

    @property
    def result(self) -> float:
        """The number."""
        return self.lines[-1].result


def dot(what: str, left: Array, right: Array) -> Line:
    """A line that adds up what two rows of numbers give when multiplied one by one."""
    return added(what, zip(left.tolist(), right.tolist(), strict=True))


def added(what: str, products: Iterable[Product]) -> Line:
    """A line that adds up products."""
    kept = tuple(products)
    with np.errstate(all="ignore"):
        return Line(what, kept, float(sum(np.prod(product) for product in kept)))
