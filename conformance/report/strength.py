"""The power of the suite in the words and rows of the page: what it catches, how surely, and beside what others do."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from conformance.power.power import FaultPower, Power, PowerError, read
from conformance.report.text import times

FILE = "power.json"


@dataclass(frozen=True)
class Check:
    """One suite in the comparison: what it catches of the mistakes that its form can express, and what it misses."""

    name: str
    source: str
    cases: int
    caught: int
    reach: int
    missed: tuple[str, ...]


@dataclass(frozen=True)
class Strength:
    """What the page says of a suite's power."""

    power: Power

    @property
    def lead(self) -> str:
        """How much is caught, alone and in pairs."""
        faults, pairs = self.power.faults, self.power.pairs
        fewest = min((fault.catches for fault in faults), default=0)
        each = f", each by at least {_count(fewest, 'case')}" if fewest else ""
        alone = f"{self.power.caught:,} of {_count(len(faults), 'known mistake')} are caught{each}."
        if not pairs.tried:
            return f"{alone} Pairs of them were not tried."
        masked = f"in {len(pairs.masked):,} the two hide each other" if pairs.masked else "all of them are caught"
        return f"{alone} Of {_count(pairs.possible, 'pair')}, {pairs.tried:,} were tried; {masked}."

    @property
    def faults(self) -> tuple[FaultPower, ...]:
        """Every fault, those first that the fewest cases catch."""
        return tuple(sorted(self.power.faults, key=lambda fault: (fault.catches, fault.margin)))

    @property
    def checks(self) -> tuple[Check, ...]:
        """The suite itself, and beside it what other people check."""
        power = self.power
        missed = tuple(fault.id for fault in power.faults if not fault.catches)
        own = Check("this suite", "", power.cases, power.caught, len(power.faults), missed)
        peers = (Check(p.name, p.source, p.cases, len(p.caught), p.reach, p.missed) for p in power.peers)
        return (own, *peers)

    def margin(self, fault: FaultPower) -> str:
        """The smallest margin by which a fault is caught, in words."""
        if not fault.catches:
            return ""
        return times(fault.margin) if math.isfinite(fault.margin) else "not by a number"


def strength_beside(folder: Path, digest: str) -> Strength | None:
    """What `rnn-conformance power` wrote in a folder, if it was for the suite with this digest."""
    try:
        return Strength(read(folder / FILE, digest))
    except PowerError:
        return None  # none, or none of this suite


def _count(amount: int, noun: str) -> str:
    return f"{amount:,} {noun}" if amount == 1 else f"{amount:,} {noun}s"
