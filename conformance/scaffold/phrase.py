"""Sentences that stand in an adapter as Python."""

from __future__ import annotations

import json
import textwrap

_WIDTH = 92
_LINE = 100


def raising(message: str) -> list[str]:
    """Lines that raise NotImplementedError, which a check counts as not offered."""
    pieces = textwrap.wrap(message, _WIDTH, drop_whitespace=False, break_long_words=False) or [""]
    if len(pieces) == 1:
        return [f"raise NotImplementedError({quoted(pieces[0])})"]
    return ["raise NotImplementedError(", *(f"    {quoted(piece)}" for piece in pieces), ")"]


def comment(message: str) -> list[str]:
    """Lines of comment."""
    return [f"# {line}" for line in textwrap.wrap(message, _WIDTH)]


def commented(line: str, remark: str) -> list[str]:
    """A line with a comment behind it, or above it where both together are too long."""
    if len(line) + len(remark) <= _LINE:
        return [f"{line}  # {remark}"]
    return [*comment(remark[:1].upper() + remark[1:]), line]


def quoted(text: str) -> str:
    """A string, in double quotes unless it holds them."""
    return repr(text) if '"' in text else json.dumps(text, ensure_ascii=False)
