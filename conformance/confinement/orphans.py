"""Orphans: what a dead process left running, found without a process namespace and ended.

A subreaper is given the orphans of all its descendants (prctl(2), PR_SET_CHILD_SUBREAPER), whatever session they are
in, so that the judge finds them among its own children.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Collection
from pathlib import Path

from conformance.confinement import kernel

_SECONDS = 5.0
_PAUSE = 0.002


def adopt() -> bool:
    """From now on orphans come to this process; false where the system knows no such thing."""
    if not sys.platform.startswith("linux"):
        return False
    kernel.prctl(kernel.SET_CHILD_SUBREAPER, 1)
    return True


def children(of: int | None = None) -> set[int]:
    """The processes whose parent is this one, or another."""
    parent = os.getpid() if of is None else of
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            # "pid (name) state ppid ...": the name may hold anything, a parenthesis too.
            if int(stat.read_text(errors="replace").rpartition(")")[2].split()[1]) == parent:
                found.add(int(stat.parent.name))
    return found


def sweep(keep: Collection[int]) -> tuple[int, ...]:
    """Kill and reap every child but those to keep, until none comes any more; returns the processes that were killed.

    `keep` are the children that this process has started itself. Raises TimeoutError after 5 seconds, where new ones
    come faster than they can be killed.
    """
    killed: list[int] = []
    deadline = time.monotonic() + _SECONDS
    while left := children() - set(keep):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{len(left)} processes are still running that a submission has left behind")
        for child in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(child, 0)
            killed.append(child)
        time.sleep(_PAUSE)  # their children have to arrive
    return tuple(killed)
