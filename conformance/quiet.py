"""Keeping what implementations print, warn and set out of our output and our arithmetic."""

from __future__ import annotations

import contextlib
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep prints and warnings of an implementation out of our output, and its error settings out of our arithmetic."""
    with (
        contextlib.nullcontext(sys.stderr) if _show_output else Path(os.devnull).open("w", encoding="utf-8") as sink,
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
        contextlib.redirect_stdout(sink),
        contextlib.redirect_stderr(sink),
    ):
        warnings.simplefilter("ignore")
        yield


_show_output = False


def show_output(*, show: bool) -> None:
    """Let what implementations print through, on stderr."""
    global _show_output  # noqa: PLW0603 -- one switch for the process, set by the command line
    _show_output = show
