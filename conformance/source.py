"""Where an implementation is, and what stands beside it, before any of its code has run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from conformance.loading import Code
from conformance.registration import CommandFile, Expectation, Known, Requirement


@dataclass(frozen=True)
class Source:
    """Where an implementation is, before any of its code has run; `path` is the folder of a command without a file."""

    name: str
    description: str
    origin: str
    path: Path | None
    module: str | None
    attribute: str | None
    known: tuple[Known, ...] = ()
    expectation: Expectation | None = None
    requires: tuple[Requirement, ...] = ()
    command: CommandFile | None = None

    @property
    def missing(self) -> str:
        """What it needs and is not installed here, as a sentence with a way out; or nothing."""
        absent = [need for need in self.requires if need.missing] + (self.command.missing if self.command else [])
        if not absent:
            return ""
        names = " and ".join(need.module for need in absent)
        ways = ", ".join(dict.fromkeys(need.install for need in absent))
        return f"{names} {'is' if len(absent) == 1 else 'are'} not installed ({ways})"

    @property
    def code(self) -> Code:
        """Where its Python is; of a command there is none."""
        return Code(str(self.path or ""), self.module or "", self.attribute or "", self.origin)

    @property
    def place(self) -> str:
        """The file or the module, without the NAME in it; `origin` is what a command takes."""
        return self.code.place
