"""Limits of one process: processor time, memory, open files, file size, processes."""

from __future__ import annotations

import importlib
import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

from conformance.confinement.layer import Layer
from conformance.confinement.system_calls import DESCRIPTOR
from conformance.confinement.visible import Visible

#: Windows has none; imported here, so that a child has nothing left to load.
resource: Any = importlib.import_module("resource") if importlib.util.find_spec("resource") else None


@dataclass(frozen=True, kw_only=True)
class Limits(Layer):
    """What setrlimit(2) can cap, for good: SIGXCPU ends a process, and a second later SIGKILL one that ignores it.

    `cpu_seconds` and `memory` (bytes of address space: Python with NumPy takes under 192 MiB of them; 128 MiB fail
    with errors that confuse) are for one case; `file_size` is in bytes; `processes` are processes and threads of this
    user, which the kernel does not count for root.
    """

    name: ClassVar[str] = "limits"
    what: ClassVar[str] = "processor time, memory, open files, no file grows"
    refuses: ClassVar[tuple[str, ...]] = (
        "allocate over the cap", "open files over the cap", "begin as a program again", "write anywhere",
    )  # fmt: skip
    cpu_seconds: int = 10
    memory: int = 2 << 30
    files: int = 64
    file_size: int = 0
    processes: int = 64

    @classmethod
    def missing(cls) -> str:
        """Why not: Windows has no such call."""
        return "" if resource else "this system has no setrlimit"

    @classmethod
    def prepare(cls, visible: Visible) -> Self:
        """The defaults."""
        del visible
        return cls()

    def must_refuse(self) -> tuple[str, ...]:
        """Less where files may grow, as those of a build, or where more may be open than any program may have."""
        allowed = {"write anywhere": self.file_size > 0, "begin as a program again": self.files > DESCRIPTOR}
        return tuple(name for name in self.refuses if not allowed.get(name))

    def put_on(self) -> None:
        """Set them all; macOS refuses to cap memory, which raises ValueError there."""
        for which, most, grace in (
            (resource.RLIMIT_CORE, 0, 0),
            (resource.RLIMIT_FSIZE, self.file_size, 0),
            (resource.RLIMIT_NOFILE, self.files, 0),
            (resource.RLIMIT_CPU, self.cpu_seconds, 1),
            (resource.RLIMIT_NPROC, self.processes, 0),
            (resource.RLIMIT_AS, self.memory, 0),
        ):
            hard = resource.getrlimit(which)[1]
            highest = most + grace if hard == resource.RLIM_INFINITY else min(most + grace, hard)
            resource.setrlimit(which, (min(most, highest), highest))


def tasks_of_this_user() -> int:
    """How many processes and threads this user has now, to be added to the cap where users share one count."""
    mine = os.getuid()
    count = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if folder.stat().st_uid == mine:
                count += folder.joinpath("task").stat().st_nlink - 2
        except OSError:  # it ended meanwhile
            continue
    return count
