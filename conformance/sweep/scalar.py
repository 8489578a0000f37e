"""A scalar as YAML 1.2's core schema reads and writes it: one set of rules for case files, ids and `--where`."""

from __future__ import annotations

import math
import re

Scalar = int | float | str | bool | None

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
# Bounded, since Python refuses to convert a decimal text of more than 4,300 digits.
_INTEGERS = (
    (re.compile(r"[-+]?[0-9]{1,300}"), 10),
    (re.compile(r"0o[0-7]{1,300}"), 8),
    (re.compile(r"0x[0-9a-fA-F]{1,300}"), 16),
)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITY = re.compile(r"([-+]?)\.(inf|Inf|INF)")
_NAN = frozenset({".nan", ".NaN", ".NAN"})
_PLAIN = re.compile(r"[\w.+/ -]+")


def parse(text: str) -> Scalar:
    """What an unquoted scalar means: `no` and `on` are text, `1e-5` is a float, `010` is ten.

    Source: YAML 1.2.2, section 10.3.2 (core schema, tag resolution).
    """
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    for pattern, base in _INTEGERS:
        if pattern.fullmatch(text):
            return int(text if base == 10 else text[2:], base)  # noqa: PLR2004 -- base ten
    if _FLOAT.fullmatch(text):
        return float(text)
    if match := _INFINITY.fullmatch(text):
        return -math.inf if match[1] == "-" else math.inf
    return math.nan if text in _NAN else text


def write(value: Scalar) -> str:
    """The text that `parse` reads back as this value; text that would read as something else stands in quotes."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _write_float(value)
    if isinstance(value, int):
        return str(value)
    plain = isinstance(parse(value), str) and _PLAIN.fullmatch(value) and value == value.strip()
    return value if plain else "'" + value.replace("'", "''") + "'"


def _write_float(value: float) -> str:
    """As short as reads back as the same float: 1e+12, 8.0, .inf."""
    if math.isnan(value):
        return ".nan"
    if math.isinf(value):
        return ".inf" if value > 0 else "-.inf"
    short = f"{value:g}"
    return short if "e" in short and float(short) == value else repr(value)


def identity(value: Scalar) -> tuple[str, str]:
    """A key that is equal for equal values of one type: true is not 1, 1 is not 1.0, NaN is NaN."""
    return type(value).__name__, write(value)


def describe(value: object) -> str:
    """A value as a message names it, with its type wherever YAML may have surprised: `'no' (text)`."""
    match value:
        case str():
            return f"{value!r} (text)"
        case None | bool() | int() | float():
            return write(value)
        case list():
            return "a list"
        case _:
            return "a mapping"
