"""Text for a report: what implementations say made harmless and short, numbers made readable."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterator

#: Columns of a line on a terminal.
WIDTH = 79
#: How many characters of one string stand in a report.
LONGEST = 2000
#: Of a ratio beyond it, the power of ten says enough.
_MANY = 1000

_TERMINAL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Controls, invisible and bidirectional formatting characters, and halves of surrogate pairs, which UTF-8 cannot write.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)


def clean(text: str) -> str:
    """Remove terminal sequences, controls and bidirectional marks, and cut to `LONGEST` characters, saying so."""
    seen = _UNSEEN.sub("", _LINE_ENDS.sub("\n", _TERMINAL.sub("", text)))
    if len(seen) <= LONGEST:
        return seen
    return f"{seen[:LONGEST]} … (cut here: {len(seen):,} characters in all)"


def wrapped(sentence: str, indent: str = "", hang: str | None = None) -> Iterator[str]:
    """A sentence, which may quote what an implementation said, on lines of a terminal of 80 columns."""
    hanging = indent if hang is None else hang
    yield from textwrap.wrap(
        clean(sentence), WIDTH, initial_indent=indent, subsequent_indent=hanging, break_on_hyphens=False
    )


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
