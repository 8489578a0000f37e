"""Where somebody's Python is, before any of it has run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Code:
    """A file by its path, or else a module by its name; `attribute` is the RNN in it, where one is asked for.

    `origin` is what a command takes.
    """

    path: str
    module: str
    attribute: str
    origin: str

    @property
    def place(self) -> str:
        """The file or the module as it is typed, without the attribute."""
        return self.origin.removesuffix(f":{self.attribute}") if self.attribute else self.origin
