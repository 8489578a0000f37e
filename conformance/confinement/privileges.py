"""Privileges: none to be had, none kept, nobody may look in, and the process dies with its parent."""

from __future__ import annotations

import signal
import sys
from dataclasses import dataclass
from typing import ClassVar

from conformance.confinement import kernel
from conformance.confinement.layer import Layer


@dataclass(frozen=True, kw_only=True)
class Privileges(Layer):
    """no_new_privs, no capabilities, not dumpable, and a parent-death signal; see prctl(2) and capabilities(7)."""

    name: ClassVar[str] = "privileges"
    what: ClassVar[str] = "no new privileges, no capabilities, dies with its parent"
    refuses: ClassVar[tuple[str, ...]] = ("gain privileges", "use a capability")

    @classmethod
    def missing(cls) -> str:
        """Why not: no Linux."""
        return "" if sys.platform.startswith("linux") else f"this is {sys.platform}, but these calls are Linux's"

    def put_on_parent(self) -> None:
        """The same: the warm parent needs none either."""
        self.put_on()

    def put_on(self) -> None:
        """Four system calls."""
        kernel.prctl(kernel.SET_NO_NEW_PRIVS, 1)
        kernel.prctl(kernel.SET_PDEATHSIG, signal.SIGKILL)
        kernel.drop_capabilities()
        kernel.prctl(kernel.SET_DUMPABLE, 0)
