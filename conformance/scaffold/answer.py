"""What a call of theirs leaves behind: what it returned, and what its object keeps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from conformance.arguments import Array
from conformance.scaffold.trial import SEQ_LEN


def parts(names: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Python and value of everything in `result`, then of what their object keeps."""
    yield from within("result", names.get("result"), depth=2)
    theirs = names["self"].theirs
    for name, value in getattr(theirs, "__dict__", {}).items():
        if not name.startswith("__"):
            yield from within(f"self.theirs.{name}", value, depth=1)


def within(text: str, value: Any, depth: int) -> Iterator[tuple[str, Any]]:
    """A value, then what a tuple, a list or a dict by name holds; a list with an item a step is one thing."""
    yield text, value
    if depth and isinstance(value, tuple | list) and len(value) < SEQ_LEN - 1:
        for index, item in enumerate(value):
            yield from within(f"{text}[{index}]", item, depth - 1)
    if depth and isinstance(value, dict):
        for key, item in value.items():
            if isinstance(key, str):
                yield from within(f'{text}["{key}"]', item, depth - 1)


def plain(value: Any) -> Array:
    """An array or tensor as an array."""
    return np.asarray(value.detach().cpu().numpy() if hasattr(value, "detach") else value)
