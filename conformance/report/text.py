"""Text for a report: sentences on lines of a terminal, numbers made readable."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator

from conformance.plain_text import clean, inert

#: Columns of a line on a terminal.
WIDTH = 79
#: Of a ratio beyond it, the power of ten says enough.
_MANY = 1000


def wrapped(sentence: str, indent: str = "", hang: str | None = None) -> Iterator[str]:
    """A sentence, which may quote what an implementation said, on lines of a terminal of 80 columns."""
    hanging = indent if hang is None else hang
    lines = textwrap.wrap(
        clean(sentence), WIDTH, initial_indent=indent, subsequent_indent=hanging, break_on_hyphens=False
    )
    yield from map(inert, lines)  # a line may begin now where none did before


def spell(value: object) -> str:
    """Spell a setting as YAML and `--where` do: `true`, `null`, `relu`, `3`."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


def times(ratio: float) -> str:
    """A ratio of error to tolerance, roughly: `0.41×`, `120×`, `3e7×`, `inf×`."""
    if not math.isfinite(ratio):
        return f"{ratio}×"
    text = f"{float(f'{ratio:.2g}'):g}" if ratio < _MANY else f"{ratio:.0e}"
    mantissa, e, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}×" if e else f"{mantissa}×"


def short(number: float, digits: int = 3) -> float:
    """A number in so many significant digits, so that tens of thousands of them stay small."""
    return float(f"{number:.{digits}g}")
