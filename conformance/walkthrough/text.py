"""Numbers, columns and sentences for a screen of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from conformance.report.text import WIDTH
from conformance.walkthrough.calculation import Calculation, Line, Product

MARK = "✗"

#: Rows of one part of a table that are shown; of a longer one, those around the row that matters.
_ROWS = 14
#: Lines of a calculation that are shown; of a longer one, the first and the last.
_LINES = 9
#: Products that are written out; more are said in words.
_PRODUCTS = 6

Row = tuple[str, ...]


@dataclass(frozen=True)
class Numbers:
    """Writes numbers with so many significant digits."""

    digits: int = 6

    def __call__(self, value: float) -> str:
        """One number, zero without a sign."""
        return f"{value + 0.0:.{self.digits}g}"

    def product(self, factors: Product) -> str:
        """Factors with a dot between them, in parentheses where they are negative."""
        return " · ".join(f"({self(f)})" if f < 0 else self(f) for f in factors)


def telling_apart(got: float, wanted: float) -> Numbers:
    """As many digits as it takes to see that two numbers differ."""
    for digits in (6, 8, 10, 12, 15):
        numbers = Numbers(digits)
        if numbers(got) != numbers(wanted):
            return numbers
    return Numbers(17)


def clipped(rows: Sequence[Row], around: int = 0) -> list[Row]:
    """A few rows around one, with dots for those left out."""
    first = max(0, min(around - _ROWS // 2, len(rows) - _ROWS))
    dots: Row = ("    ...", *[""] * (len(rows[0]) - 1)) if rows else ()
    shown = list(rows[first : first + _ROWS])
    return [dots] * (first > 0) + shown + [dots] * (first + _ROWS < len(rows))


def table(rows: Sequence[Row]) -> Iterator[str]:
    """Rows in columns: the first and the last to the left, the others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [f"{cell:>{width}}" for cell, width in zip(row[1:-1], widths[1:-1], strict=True)]
        yield "   ".join([f"{row[0]:<{widths[0]}}", *cells, row[-1]]).rstrip()


def worked_out(calculation: Calculation, numbers: Numbers) -> Iterator[str]:
    """A calculation, one line of it a line of text where it fits."""
    lines = calculation.lines
    names = max(len(line.what) for line in lines)
    left_out = range(_LINES // 2, len(lines) - _LINES // 2) if len(lines) > _LINES else range(0)
    for number, line in enumerate(lines):
        if number in left_out:
            yield from ["    ..."] if number == left_out[0] else []
            continue
        start = f"    {line.what:<{names}} = "
        text = start + " = ".join(part for part in (_sum(line, numbers), numbers(line.result)) if part)
        yield from textwrap.wrap(text, WIDTH, subsequent_indent=" " * len(start))


def _sum(line: Line, numbers: Numbers) -> str:
    """The products of a line; nothing where they would only repeat the result."""
    if len(line.products) > _PRODUCTS:
        return f"the sum of {len(line.products):,} products"
    if not line.products or line.products == ((line.result,),):
        return ""
    return " + ".join(numbers.product(product) for product in line.products)
