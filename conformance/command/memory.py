"""The memory of this machine, and whether it was its lack that ended a process, or that an answer tells of."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

from conformance.child.control import NO_MEMORY
from conformance.wire import Frame

#: Where Linux says what a container may use, in its second and first version of control groups.
_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
_KILLS = Path("/proc/vmstat")
#: What libraries say whose memory has run out: C++'s, the system's, torch's, JAX's.
_SAID = ("bad_alloc", "MemoryError", "Cannot allocate memory", "can't allocate memory", "RESOURCE_EXHAUSTED")


def all_memory() -> int:
    """What there is to use, in bytes: the machine's, or what the container may have of it."""
    there = 1 << 40
    with contextlib.suppress(ValueError, OSError, AttributeError):
        there = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    for limit in _LIMITS:
        with contextlib.suppress(ValueError, OSError):  # "max", or no such file
            there = min(there, int(limit.read_text(encoding="ascii")))
    return there


def memory_ran_out() -> int:
    """How often the kernel has ended a process for it; 0 where it does not say so."""
    with contextlib.suppress(ValueError, OSError):
        for line in _KILLS.read_text(encoding="ascii").splitlines():
            name, _, number = line.partition(" ")
            if name == "oom_kill":
                return int(number)
    return 0


def ended_for_memory(code: int, words: bytes, *, kills: int) -> bool:
    """Whether a process ended since its memory ran out: it says so, or was killed after so many kills by the kernel."""
    if code == NO_MEMORY or (code == -signal.SIGKILL and memory_ran_out() != kills):
        return True
    return code < 0 and any(said.encode() in words for said in _SAID)


def memory_error(answer: Frame) -> str:
    """The first error in an answer by which an implementation says that it has no more memory; or nothing."""
    return next((said for kind, message, said in _errors(answer) if _is_memory(kind, message)), "")


def _errors(answer: Frame) -> Iterator[tuple[str, str, str]]:
    """The types and the message of every error in an answer, and a sentence on it."""
    for name in answer.entries:
        beginning, _, last = name.rpartition("/")
        if last == "bases":
            stage, kind, message, where, bases = (
                str(answer.entries.get(f"{beginning}/{part}" if beginning else part, ""))
                for part in ("stage", "kind", "message", "where", "bases")
            )
            place = f" at {where}" if where else ""
            yield bases, message, f"{stage} raised {kind}{place}" + (f": {message[:300]}" if message else "")


def _is_memory(bases: str, message: str) -> bool:
    return "MemoryError" in bases.split("\n") or any(said in message for said in _SAID)
