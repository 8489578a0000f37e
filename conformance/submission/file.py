"""A submission's file: one regular Python file, opened without following a link, read once, and hashed."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Self

#: Enough for any RNN, and too little to bring a library along.
LARGEST = 256 << 10


class SubmissionError(Exception):
    """There is no submission that could be judged; the text says what is there instead."""


class NoSubmissionError(SubmissionError):
    """There is nothing at all, or nothing that we can read: a mistake of whoever asks."""


@dataclass(frozen=True)
class SubmissionFile:
    """The bytes of a submission as they were read, once; nobody opens the file again."""

    name: str
    source: bytes
    sha256: str

    @classmethod
    def read(cls, path: Path | str, largest: int = LARGEST) -> Self:
        """Read a file of at most `largest` bytes; raises SubmissionError for anything else."""
        path = Path(path)
        if path.suffix != ".py":
            raise SubmissionError(f"{path.name} is no Python file, but should be one: its name should end in .py")
        source = _content(path, largest)
        return cls(path.name, source, hashlib.sha256(source).hexdigest())


def _content(path: Path, largest: int) -> bytes:
    # Without blocking, or opening a pipe would wait for somebody to write to it.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        raise _why(path, error) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise SubmissionError(f"{path.name} is no regular file, but should be one Python file")
    with open(descriptor, "rb") as file:  # noqa: PTH123 -- a descriptor, not a path
        source = file.read(largest + 1)
    if len(source) > largest:
        raise SubmissionError(
            f"{path.name} is larger than {largest:,} bytes, but should be at most that: submit your own code alone"
        )
    return source


def _why(path: Path, error: OSError) -> SubmissionError:
    if path.is_symlink():
        return SubmissionError(f"{path.name} is a link, but should be the file itself")
    if isinstance(error, FileNotFoundError):
        return NoSubmissionError(f"{path} does not exist, but should be a Python file with an RNN in it")
    return NoSubmissionError(f"{path} cannot be read: {error.strerror}")
