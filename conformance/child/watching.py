"""Seeing that a child has ended, which stays to be waited for."""

from __future__ import annotations

import contextlib
import os


def ending(child: int, stack: contextlib.ExitStack) -> int | None:
    """A descriptor that can be read when a child has ended; None where the system knows no such thing."""
    if not hasattr(os, "pidfd_open"):
        return None
    descriptor = os.pidfd_open(child)
    stack.callback(os.close, descriptor)
    return descriptor


def has_ended(child: int) -> bool:
    """Whether a child has ended."""
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
