"""Landlock: the kernel refuses files outside a list, and signals and connections to others, to this process only."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import ClassVar, Self

from conformance.confinement import kernel
from conformance.confinement.layer import Layer, NotJudgedError, binding
from conformance.confinement.visible import Visible

#: The versions of the kernel's interface (ABI) that brought these: docs.kernel.org/userspace-api/landlock.html
_CONNECTIONS_SINCE, _SIGNALS_SINCE = 4, 6


@dataclass(frozen=True, kw_only=True)
class Landlock(Layer):
    """A ruleset, given by an open descriptor: made once by the judge, put on by every child in a moment."""

    name: ClassVar[str] = "landlock"
    what: ClassVar[str] = "reads only listed files, writes none, signals nobody outside"
    refuses: ClassVar[tuple[str, ...]] = (
        "read a file of the judge's",
        "write anywhere",
        "open the judge's memory",
        "open the parent's memory",
        "trace the judge",
        "start a program",
    )
    descriptor: int = -1
    interface: int = 0  # the version of the kernel's
    starting: bool = False  # some programs may be run

    @classmethod
    def missing(cls) -> str:
        """Why not: no Linux, no binding, or a kernel without it."""
        if not sys.platform.startswith("linux"):
            return f"this is {sys.platform}, but Landlock is Linux's"
        try:
            version = interface()
        except NotJudgedError as error:
            return str(error)
        return "" if version else "the kernel has no Landlock, or it was not switched on when it was started (lsm=)"

    @classmethod
    def version(cls) -> str:
        """The version of the kernel's interface, and what it lacks."""
        number = interface()
        return f"ABI {number}" + ("" if number >= _SIGNALS_SINCE else ", without signals: seccomp refuses those")

    @classmethod
    def prepare(cls, visible: Visible) -> Self:
        """A ruleset that handles all that this kernel knows, and allows reading what is visible."""
        landlock = binding("landlockpy", "Landlock")
        read = landlock.AccessFS.READ_FILE
        every = landlock.Scope.SIGNAL | landlock.Scope.ABSTRACT_UNIX_SOCKET
        try:
            with landlock.Ruleset(scoped=every) as rules:
                for path in visible.readable():
                    rules.allow_path(path, read | landlock.AccessFS.READ_DIR if path.is_dir() else read)
                for path in visible.executable:
                    rules.allow_path(path, landlock.AccessFS.EXECUTE)
                if visible.executable:  # Python as a program lists its library when it starts: names alone
                    for folder in visible.library:
                        rules.allow_path(folder, landlock.AccessFS.READ_DIR)
                if visible.writable is not None:
                    rules.allow_path(visible.writable, rules.handled_fs)
                rules.allow_path("/dev/null", read | landlock.AccessFS.WRITE_FILE)
                starting = bool(visible.executable)
                return cls(descriptor=os.dup(rules.fileno()), interface=rules.abi_version, starting=starting)
        except (landlock.LandlockError, OSError) as error:
            raise NotJudgedError(f"Landlock refuses the list of files: {error}") from None

    @property
    def descriptors(self) -> tuple[int, ...]:
        """The ruleset's."""
        return (self.descriptor,)

    def must_refuse(self) -> tuple[str, ...]:
        """More on newer kernels."""
        connections = ("connect to the judge",) if self.interface >= _CONNECTIONS_SINCE else ()
        signals = ("signal the judge", "signal the parent") if self.interface >= _SIGNALS_SINCE else ()
        # It lets start what it was told: then seccomp forbids it, or, where something is built, it is meant to.
        refuses = tuple(name for name in self.refuses if not (self.starting and name == "start a program"))
        return refuses + connections + signals

    def put_on_parent(self) -> None:
        """The warm parent reads no more than its children; each of them gets a domain of its own within."""
        kernel.prctl(kernel.SET_NO_NEW_PRIVS, 1)
        kernel.restrict_self(self.descriptor)

    def put_on(self) -> None:
        """The same; and the descriptor is closed, or a child could add rules for those that come after it."""
        self.put_on_parent()
        os.close(self.descriptor)


def interface() -> int:
    """The version of the kernel's Landlock interface (ABI), 0 for none; raises NotJudgedError without the binding."""
    return int(binding("landlockpy", "Landlock").abi_version())
