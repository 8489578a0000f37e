"""Attempts of a process to be more than it may: over its limits, with privileges; and what it must be able to do."""

from __future__ import annotations

import os

from conformance.confinement import kernel
from conformance.confinement.attempt import Targets
from conformance.confinement.system_calls import DESCRIPTOR


def outlive_parent(_targets: Targets) -> str:
    """Undo that this process dies with its parent."""
    kernel.prctl(kernel.SET_PDEATHSIG, 0)
    return "may outlive its parent"


def become_dumpable(_targets: Targets) -> str:
    """Undo that other processes may not look into this one."""
    kernel.prctl(kernel.SET_DUMPABLE, 1)
    return "others may look into it"


def allocate(targets: Targets) -> str:
    """Take more memory than is allowed."""
    size = len(bytearray(targets.memory + (1 << 20)))
    return f"took {size >> 20} MiB"


def open_many(targets: Targets) -> str:
    """Open more files than is allowed."""
    opened: list[int] = []
    try:
        for _ in range(targets.files + 1):
            opened.append(os.dup(0))  # noqa: PERF401 -- what was opened before one failed has to be closed
    finally:
        for descriptor in opened:
            os.close(descriptor)
    return f"opened {len(opened)} files"


def take_number(_targets: Targets) -> str:
    """Take the number of the descriptor by which alone a program can be begun."""
    os.dup2(0, DESCRIPTOR, inheritable=False)
    os.close(DESCRIPTOR)
    return "took the number"


def change_limit(_targets: Targets) -> str:
    """Change a limit of its own, if only downwards."""
    import resource  # noqa: PLC0415 -- not on Windows

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return "changed a limit"


def change_root(_targets: Targets) -> str:
    """Use a capability that root has: change the root folder, to what it is."""
    os.chroot("/")
    return "changed the root folder"


def become_root(_targets: Targets) -> str:
    """Make a user namespace, in which this process would be root."""
    kernel.unshare_user()
    return "made a user namespace"


def keep_privileges(_targets: Targets) -> str:
    """Keep the way to new privileges open: set-user-id programs would still work."""
    if kernel.prctl(kernel.GET_NO_NEW_PRIVS) == 1 and kernel.prctl(kernel.GET_DUMPABLE) == 0:
        raise PermissionError("no new privileges, not dumpable")
    return "new privileges are possible"


def start_thread(_targets: Targets) -> str:
    """Start a thread, which must be possible."""
    import threading  # noqa: PLC0415 -- for this alone

    done: list[str] = []
    thread = threading.Thread(target=done.append, args=("started a thread",))
    thread.start()
    thread.join()
    return done[0]


def multiply(_targets: Targets) -> str:
    """Multiply matrices, which must be possible."""
    import numpy as np  # noqa: PLC0415 -- a probe without NumPy starts in a tenth of the time

    return f"multiplied matrices: {np.ones((64, 64)).dot(np.ones((64, 64)))[0, 0]:.0f}"
