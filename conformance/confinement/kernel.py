"""The few system calls that Python does not offer, by ctypes: what a process does to itself, without any binding.

Bindings build the policies outside (landlockpy, pyseccomp); they look for their library by running ldconfig, which no
confined process could, so that putting a policy on is done here. Numbers and structures are from the kernel's headers
linux/prctl.h, filter.h, seccomp.h, capability.h, sched.h, ptrace.h and asm-generic/unistd.h (446); see also prctl(2),
seccomp(2), capset(2), landlock_restrict_self(2) and dl_iterate_phdr(3).
"""

from __future__ import annotations

import ctypes
import functools
import os
import sys
from typing import Any

SET_PDEATHSIG, GET_DUMPABLE, SET_DUMPABLE = 1, 3, 4
SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
SET_CHILD_SUBREAPER = 36
SET_NO_NEW_PRIVS, GET_NO_NEW_PRIVS = 38, 39
PTRACE_SEIZE = 0x4206
_LANDLOCK_RESTRICT_SELF = 446  # the same on every architecture
_CAPABILITY_VERSION_3 = 0x20080522
_CLONE_NEWUSER = 0x10000000
_INSTRUCTION_BYTES = 8


class _Program(ctypes.Structure):
    """A struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


class _Shared(ctypes.Structure):
    """The beginning of a struct dl_phdr_info."""

    _fields_ = (("address", ctypes.c_void_p), ("name", ctypes.c_char_p))


@functools.cache
def _libc() -> Any:
    if not sys.platform.startswith("linux"):
        raise OSError(f"this is {sys.platform}, but these calls are Linux's")
    return ctypes.CDLL(None, use_errno=True)


def ready() -> None:
    """Look the functions up before a fork, so that a child has nothing left to load."""
    library = _libc()
    for name in ("prctl", "syscall", "capset"):
        getattr(library, name)


def _checked(result: int) -> int:
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def prctl(option: int, value: int = 0) -> int:
    """Set or read one attribute of this process (for seccomp, this thread); raises OSError where it is refused."""
    zero = ctypes.c_ulong(0)
    return _checked(_libc().prctl(option, ctypes.c_ulong(value), zero, zero, zero))


def restrict_self(ruleset: int) -> None:
    """Put a Landlock ruleset, given by its descriptor, on this thread and all that it will start."""
    _checked(_libc().syscall(ctypes.c_long(_LANDLOCK_RESTRICT_SELF), ctypes.c_int(ruleset), ctypes.c_uint(0)))


def load_filter(program: bytes) -> None:
    """Put a seccomp filter, given as classic BPF, on this thread and all that it will start."""
    what = _Program(len(program) // _INSTRUCTION_BYTES, program)
    zero = ctypes.c_ulong(0)
    mode = ctypes.c_ulong(SECCOMP_MODE_FILTER)
    _checked(_libc().prctl(SET_SECCOMP, mode, ctypes.byref(what), zero, zero))


def drop_capabilities() -> None:
    """Give up every capability: effective, permitted and inheritable."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    _checked(_libc().capset(header, (ctypes.c_uint32 * 6)()))


def seize(pid: int) -> None:
    """Begin to trace a process as a debugger does, without stopping it; it is let go when this one ends."""
    zero = ctypes.c_void_p(0)
    _checked(_libc().ptrace(ctypes.c_long(PTRACE_SEIZE), ctypes.c_int(pid), zero, zero))


def unshare_user() -> None:
    """Leave this user namespace for a new one."""
    _checked(_libc().unshare(ctypes.c_int(_CLONE_NEWUSER)))


def shared_libraries() -> tuple[str, ...]:
    """The shared libraries in this process, by the names under which the loader found them."""
    found: list[str] = []

    def note(shared: Any, _size: int, _data: Any) -> int:
        found.append(os.fsdecode(shared.contents.name or b""))
        return 0

    kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(_Shared), ctypes.c_size_t, ctypes.c_void_p)
    _libc().dl_iterate_phdr(kind(note), None)
    return tuple(name for name in found if name.startswith("/"))
