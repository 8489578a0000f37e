"""The processes of one session: what a warm parent started and did not end, where no namespace does it."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path


def end_session(session: int) -> None:
    """Kill every process of a session; it has to be ours, so that nobody else has its number."""
    while members := _members(session):
        for member in members:
            with contextlib.suppress(ProcessLookupError):
                os.kill(member, signal.SIGKILL)
        if members == {session}:  # whoever started it will wait for it
            return


def _members(session: int) -> set[int]:
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            # "pid (name) state parent group session ...": the name may hold anything, a parenthesis too.
            state, _, _, its = stat.read_text(errors="replace").rpartition(")")[2].split()[:4]
            if int(its) == session and state not in "ZX":
                found.add(int(stat.parent.name))
    return found
