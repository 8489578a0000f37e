"""Attempts to reach other processes, or to start some."""

from __future__ import annotations

import contextlib
import os
import signal
import sys

from conformance.confinement import kernel
from conformance.confinement.attempt import Targets


def signal_judge(targets: Targets) -> str:
    """Ask whether the judge may be signalled (signal 0)."""
    if targets.handle >= 0:
        signal.pidfd_send_signal(targets.handle, 0)
    else:
        os.kill(targets.judge, 0)
    return "the judge may be signalled"


def signal_parent(_targets: Targets) -> str:
    """Ask whether the warm parent may be signalled (signal 0)."""
    os.kill(os.getppid(), 0)
    return "the parent may be signalled"


def judge_memory(targets: Targets) -> str:
    """Open the judge's memory."""
    with open(f"/proc/{targets.judge}/mem", "rb"):  # noqa: PTH123
        return "opened the judge's memory"


def parent_memory(_targets: Targets) -> str:
    """Open the warm parent's memory."""
    with open(f"/proc/{os.getppid()}/mem", "rb"):  # noqa: PTH123
        return "opened the parent's memory"


def trace(targets: Targets) -> str:
    """Trace the judge, as a debugger does."""
    kernel.seize(targets.judge)
    return "traces the judge"


def fork(_targets: Targets) -> str:
    """Start another process."""
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return "forked"


def start_program(_targets: Targets) -> str:
    """Start a program: Python itself, which every confined process can see."""
    program = os.posix_spawn(sys.executable, [sys.executable, "-V"], {}, file_actions=_SILENT)
    _, status = os.waitpid(program, 0)
    if code := os.waitstatus_to_exitcode(status):
        raise OSError(f"ended with {code}")
    return "started python"


_SILENT = ((os.POSIX_SPAWN_CLOSE, 1), (os.POSIX_SPAWN_CLOSE, 2)) if hasattr(os, "POSIX_SPAWN_CLOSE") else ()


def become_program(_targets: Targets) -> str:
    """Become another program: one that does not exist, so that being refused and being reached can be told apart."""
    with contextlib.suppress(FileNotFoundError):
        os.execv("/proc/none", ["none"])  # noqa: S606
    return "may become another program"
