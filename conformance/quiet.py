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
    """Keep prints and warnings of an implementation out of our output, and its error settings out of our arithmetic.

    Within another such block it has nothing more to do.
    """
    global _quiet  # noqa: PLW0603 -- prints and warnings are the whole process's, too
    if _quiet:
        yield
        return
    with _prints_kept_out(), warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        _quiet = True
        try:
            yield
        finally:
            _quiet = False


@contextlib.contextmanager
def _prints_kept_out() -> Iterator[None]:
    """Send prints to nowhere, or to stderr; where nothing of ours is printed they go where they go."""
    if _printing_alone:
        yield
        return
    with (
        contextlib.nullcontext(sys.stderr) if _show_output else Path(os.devnull).open("w", encoding="utf-8") as sink,
        contextlib.redirect_stdout(sink),
        contextlib.redirect_stderr(sink),
    ):
        yield


_quiet = False
_show_output = False
_printing_alone = False


def printing_alone() -> None:
    """Nothing of ours is printed in this process: whoever started it has seen to where prints go."""
    global _printing_alone  # noqa: PLW0603 -- as below
    _printing_alone = True


def show_output(*, show: bool) -> None:
    """Let what implementations print through, on stderr."""
    global _show_output  # noqa: PLW0603 -- one switch for the process, set by the command line
    _show_output = show
