"""seccomp: a filter of system calls in the kernel, built by libseccomp outside and put on by the process itself."""

from __future__ import annotations

import os
import struct
import sys
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

from conformance.confinement import kernel, system_calls
from conformance.confinement.layer import Layer, NotJudgedError, binding
from conformance.confinement.visible import Visible

#: Stands in the filter for the process's own number, which is known only after the fork. Above the kernel's highest.
_SELF = 0x7EEDBEEF
_EPERM, _ENOSYS = 1, 38

#: What the process is to do that puts it on.
Purpose = Literal["calculate", "become a program", "build"]


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
    purpose: Purpose = "calculate"

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
        library = binding("pyseccomp", "seccomp")
        purpose: Purpose = "build" if visible.writable else "become a program" if visible.executable else "calculate"
        try:
            return cls(program=exported(built(library, purpose=purpose)).hex(), purpose=purpose)
        except OSError as error:
            raise NotJudgedError(f"libseccomp cannot build the filter: {error}") from None

    def must_refuse(self) -> tuple[str, ...]:
        """Less of one who builds."""
        building = ("fork", "start a program", "become a program") if self.purpose == "build" else ()
        return tuple(name for name in self.refuses if name not in building)

    def put_on(self) -> None:
        """Two system calls, after this process's own number was put into the filter; the last layer to put on."""
        kernel.prctl(kernel.SET_NO_NEW_PRIVS, 1)
        program = bytes.fromhex(self.program)
        kernel.load_filter(program.replace(struct.pack("<I", _SELF), struct.pack("<I", os.getpid())))


def built(library: Any, architecture: int | None = None, purpose: Purpose = "calculate") -> Any:
    """The filter, for this machine's architecture or (to look at it) another; the x32 and 32-bit calls kill."""
    building = purpose == "build"
    besides = system_calls.BUILDING if building else ""
    pretended = system_calls.PRETENDED if building else ""
    by_argument = "execveat" if purpose == "become a program" else ""
    rules = library.SyscallFilter(library.ERRNO(_ENOSYS))
    rules.set_attr(library.Attr.ACT_BADARCH, library.KILL_PROCESS)
    rules.set_attr(library.Attr.CTL_NNP, 0)  # done before it is put on
    if architecture is not None:
        rules.add_arch(architecture)
        rules.remove_arch(library.Arch.NATIVE)
    elsewhere = f"{besides} {pretended} {by_argument}".split()
    refused = " ".join(name for name in system_calls.REFUSED.split() if name not in elsewhere)
    for names, action in (
        (system_calls.ALLOWED, library.ALLOW),
        (besides, library.ALLOW),
        (pretended, library.ERRNO(0)),
        (refused, library.ERRNO(_EPERM)),
        (system_calls.KILLED, library.KILL_PROCESS),
    ):
        for name in names.split():
            _add(library, rules, action, name)
    _add_by_argument(library, rules, purpose)
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


def _add_by_argument(library: Any, rules: Any, purpose: Purpose) -> None:
    """Add the rules that look at an argument; a value in none of them is refused with ENOSYS."""
    _add_starting(library, rules, purpose)
    argument, equal, unequal, masked = library.Arg, library.EQ, library.NE, library.MASKED_EQ
    allow, refuse, kill = library.ALLOW, library.ERRNO(_EPERM), library.KILL_PROCESS
    for name in ("kill", "tgkill"):
        _add(library, rules, allow, name, argument(0, equal, _SELF))
        _add(library, rules, refuse, name, argument(0, unequal, _SELF))
    truncate, access = system_calls.TRUNCATE, system_calls.ACCESS
    for name, flags in (("open", 1), ("openat", 2)):
        _add(library, rules, allow, name, argument(flags, masked, truncate, 0))
        for way in system_calls.MAY_TRUNCATE:
            _add(library, rules, allow, name, argument(flags, masked, truncate | access, truncate | way))
        _add(library, rules, refuse, name, argument(flags, masked, truncate | access, truncate))
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


def _add_starting(library: Any, rules: Any, purpose: Purpose) -> None:
    """Add the rules for threads, processes and programs."""
    argument, equal, unequal, masked = library.Arg, library.EQ, library.NE, library.MASKED_EQ
    allow, refuse = library.ALLOW, library.ERRNO(_EPERM)
    thread, apart = system_calls.THREAD, system_calls.APART
    if purpose == "build":
        _add(library, rules, allow, "clone", argument(0, masked, apart, 0))
        return
    _add(library, rules, allow, "clone", argument(0, masked, thread | apart, thread))
    _add(library, rules, refuse, "clone", argument(0, masked, thread, 0))
    if purpose == "become a program":
        number, flags = system_calls.DESCRIPTOR, system_calls.EMPTY_PATH
        _add(library, rules, allow, "execveat", argument(0, equal, number), argument(4, equal, flags))
        _add(library, rules, refuse, "execveat", argument(0, unequal, number))
