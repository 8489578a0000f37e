"""The kill matrix: which case catches which fault, how surely, and what follows for files and single faults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from conformance.case import Case
from conformance.power.bench import Kills


@dataclass(frozen=True)
class Matrix:
    """Faults and cases by their places, and the kills among them."""

    faults: Sequence[str]
    cases: Sequence[Case]
    kills: Kills

    @cached_property
    def catching(self) -> tuple[tuple[int, ...], ...]:
        """For each fault the cases that catch it, the simplest first."""
        found: list[list[int]] = [[] for _ in self.faults]
        for fault, case in self.kills:
            found[fault].append(case)
        return tuple(tuple(sorted(cases, key=self._simplicity)) for cases in found)

    @cached_property
    def caught(self) -> tuple[frozenset[int], ...]:
        """For each case the faults that it catches."""
        found: list[set[int]] = [set() for _ in self.cases]
        for fault, case in self.kills:
            found[case].add(fault)
        return tuple(map(frozenset, found))

    def by_file(self, fault: int) -> dict[str, int]:
        """How many cases of each file catch a fault, in the suite's order."""
        counts = Counter(self.cases[case].file for case in self.catching[fault])
        return {file: counts[file] for file in self.files if counts[file]}

    @cached_property
    def files(self) -> dict[str, int]:
        """How many cases each file has, in the suite's order."""
        return dict(Counter(case.file for case in self.cases))

    def weakest(self, fault: int) -> int | None:
        """The catching case with the smallest margin, the simplest of several, or None."""
        return min(self.catching[fault], key=lambda case: self.kills[fault, case].margin, default=None)

    def _simplicity(self, case: int) -> tuple[tuple[int, ...], int]:
        return (self.cases[case].complexity, case)
