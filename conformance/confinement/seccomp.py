"""seccomp: a filter of system calls in the kernel, built by libseccomp outside and put on by the process itself."""

from __future__ import annotations

import os
import struct
import sys
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from conformance.confinement import kernel, system_calls
from conformance.confinement.layer import Layer, NotJudgedError, binding
from conformance.confinement.visible import Visible

#: Stands in the filter for the process's own number, which is known only after the fork. Above the kernel's highest.
_SELF = 0x7EEDBEEF
_EPERM, _ENOSYS = 1, 38


@dataclass(frozen=True, kw_only=True)
class Seccomp(Layer):
    """A filter as classic BPF, in hexadecimal digits."""

    name: ClassVar[str] = "seccomp"
    what: ClassVar[str] = "no sockets, processes, programs, signals to others, changed files"
    refuses: ClassVar[tuple[str, ...]] = (
        "make a socket",
        "connect to the judge",
        "fork",
        "start a program",
        "become a program",
        "signal the judge",
        "signal the parent",
        "make a file in memory",
        "outlive the parent",
        "become dumpable",
        "change a file's mode",
        "change a limit",
        "make a user namespace",
        "use a capability",
        "trace the judge",
    )
    program: str = ""

    @classmethod
    def missing(cls) -> str:
        """Why not: no Linux, no binding, or a library without what is needed."""
        if not sys.platform.startswith("linux"):
            return f"this is {sys.platform}, but seccomp is Linux's"
        try:
            binding("pyseccomp", "seccomp")
        except NotJudgedError as error:
            return str(error)
        return ""

    @classmethod
    def prepare(cls, visible: Visible) -> Self:
        """The filter for this machine."""
        del visible
        library = binding("pyseccomp", "seccomp")
        try:
            return cls(program=exported(built(library)).hex())
        except OSError as error:
            raise NotJudgedError(f"libseccomp cannot build the filter: {error}") from None

    def put_on(self) -> None:
        """Two system calls, after this process's own number was put into the filter; the last layer to put on."""
        kernel.prctl(kernel.SET_NO_NEW_PRIVS, 1)
        program = bytes.fromhex(self.program)
        kernel.load_filter(program.replace(struct.pack("<I", _SELF), struct.pack("<I", os.getpid())))


def built(library: Any, architecture: int | None = None) -> Any:
    """The filter, for this machine's architecture or (to look at it) another; the x32 and 32-bit calls kill."""
    rules = library.SyscallFilter(library.ERRNO(_ENOSYS))
    rules.set_attr(library.Attr.ACT_BADARCH, library.KILL_PROCESS)
    rules.set_attr(library.Attr.CTL_NNP, 0)  # done before it is put on
    if architecture is not None:
        rules.add_arch(architecture)
        rules.remove_arch(library.Arch.NATIVE)
    for names, action in (
        (system_calls.ALLOWED, library.ALLOW),
        (system_calls.REFUSED, library.ERRNO(_EPERM)),
        (system_calls.KILLED, library.KILL_PROCESS),
    ):
        for name in names.split():
            _add(library, rules, action, name)
    _add_by_argument(library, rules)
    return rules


def exported(rules: Any) -> bytes:
    """A filter as the kernel takes it."""
    with os.fdopen(os.memfd_create("filter"), "w+b") as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()


def _add(library: Any, rules: Any, action: int, name: str, *arguments: Any) -> None:
    """Add a rule; a name that this libseccomp does not know is in no list then, and so refused."""
    number = library.resolve_syscall(library.Arch.NATIVE, name)
    if number != -1:
        rules.add_rule(action, number, *arguments)


def _add_by_argument(library: Any, rules: Any) -> None:
    """Add the rules that look at an argument; a value in none of them is refused with ENOSYS."""
    argument, equal, unequal, masked = library.Arg, library.EQ, library.NE, library.MASKED_EQ
    allow, refuse, kill = library.ALLOW, library.ERRNO(_EPERM), library.KILL_PROCESS
    thread, apart = system_calls.THREAD, system_calls.APART
    _add(library, rules, allow, "clone", argument(0, masked, thread | apart, thread))
    _add(library, rules, refuse, "clone", argument(0, masked, thread, 0))
    for name in ("kill", "tgkill"):
        _add(library, rules, allow, name, argument(0, equal, _SELF))
        _add(library, rules, refuse, name, argument(0, unequal, _SELF))
    _add(library, rules, kill, "socket", argument(0, equal, system_calls.VSOCK))
    _add(library, rules, refuse, "socket", argument(0, unequal, system_calls.VSOCK))
    _add(library, rules, allow, "prlimit64", argument(0, equal, 0), argument(2, equal, 0))  # reading its own
    _add(library, rules, refuse, "prlimit64", argument(2, unequal, 0))
    for name, position, values, action in (
        ("prctl", 0, system_calls.PRCTL, allow),
        ("prctl", 0, system_calls.PRCTL_REFUSED, refuse),
        ("fcntl", 1, system_calls.FCNTL, allow),
        ("ioctl", 1, system_calls.IOCTL, allow),
    ):
        for value in values:
            _add(library, rules, action, name, argument(position, equal, value))
