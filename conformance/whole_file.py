"""Writing a file that is there as a whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


def write(path: Path, text: str) -> None:
    """Write beside it first, into a file that nobody can have prepared; raises OSError where that cannot be done.

    A link in its place is replaced, and what it leads to is left alone.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", suffix=".part", dir=path.parent)
    beside = Path(name)
    try:
        with open(descriptor, "w", encoding="utf-8", newline="\n") as file:  # noqa: PTH123 -- a descriptor
            file.write(text)
        beside.chmod(0o666 & ~_umask())
        beside.replace(path)
    finally:
        with contextlib.suppress(OSError):
            beside.unlink()


def _umask() -> int:
    """What new files are not to have: it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
