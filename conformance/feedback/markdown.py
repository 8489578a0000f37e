"""Text of others in GitHub's Markdown, of which nothing can become markup."""

from __future__ import annotations

import re
import string

from conformance.plain_text import clean, one_line

_PUNCTUATION = re.compile(f"([{re.escape(string.punctuation)}])")
# Where GitHub makes a link although nothing marks one: addresses, names of people, numbers of issues.
_LINKED = re.compile(r"(?<=@)|(?<=:)(?=//)|(?<=www)(?=\.)|(?<=#)(?=\d)", re.IGNORECASE)
_WORD_JOINER = "\u2060"


def plain(text: str, longest: int = 500) -> str:
    """Words within a paragraph: every sign that could begin markup escaped, and addresses no links."""
    return _PUNCTUATION.sub(r"\\\1", _LINKED.sub(_WORD_JOINER, one_line(text, longest)))


def block(text: str) -> str:
    """Lines as they are, fenced by more backticks than stand in them anywhere."""
    seen = clean(text, 20_000)
    longest = max((len(run) for run in re.findall("`+", seen)), default=0)
    fence = "`" * max(longest + 1, 3)
    return f"{fence}text\n{seen.rstrip()}\n{fence}"
