"""What explains an implementation's failures, in plain words: the faults found, and what stays unexplained."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One fault of the dictionary that an implementation was found to have.

    `value` is what a fault with a grid was found at, such as a slope of "0.01"; `where` the settings in which it was
    established, empty for all. Of the wrong cases, it is needed to explain `explains`; `simplest` is the simplest.
    """

    id: str
    value: str
    what: str  # one sentence to the person who made it
    hint: str  # where to look
    where: str
    explains: int
    simplest: str  # a case's id, empty where no case was run


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """Why one implementation is wrong, as far as it can be told.

    Of `failing` wrong cases, the findings together reproduce `reproduced`, to within rounding. `equivalents` are the
    other sets of faults (written as "id" or "id + id") that nothing observable tells apart from them. `remarks` are
    sentences: what stays unexplained, where it first goes wrong, what the implementation is consistent in.
    """

    implementation: str
    findings: tuple[Finding, ...] = ()
    equivalents: tuple[str, ...] = ()
    failing: int = 0
    reproduced: int = 0
    remarks: tuple[str, ...] = ()
    gave_up: bool = False
    seconds: float = 0.0

    @property
    def complete(self) -> bool:
        """Whether the findings reproduce every wrong case."""
        return bool(self.findings) and self.reproduced == self.failing
