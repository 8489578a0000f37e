"""The search for a smaller case: one setting after another, until none can be made simpler."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from conformance.case import Case
from conformance.shrink.smaller import COUNTS, DIGITS, SIMPLEST, changed

#: How many cases are run at most.
TRIES = 200

#: How often a case that passes is drawn again: with a few numbers, some hide a fault.
_DRAWS = 3

#: Counts up to here are tried from below: a person can follow them.
_FEW = 3


def shrink(case: Case, still_fails: Callable[[Case], bool], tries: int = TRIES) -> Case:
    """The smallest case found that still fails; the case itself where nothing smaller does.

    Each step makes one setting simpler and leaves the others: values instead of gradients; fewer time steps,
    sequences, features, units and layers (and a batch instead of none); another setting at its default; fewer decimals.
    So it ends, and where it ends no single step leads further, unless the tries were used up. A validation case is
    wrong in one way on purpose, and a training case is many calls: both stay as they are.
    """
    search = _Search(case, still_fails, tries)
    while case.asks in ("values", "gradients") and search.simplify():
        pass
    return search.best


class _Search:
    """The smallest case so far, and what is known of the cases that were tried."""

    def __init__(self, case: Case, still_fails: Callable[[Case], bool], tries: int) -> None:
        self.best = case
        self._still_fails = still_fails
        self._left = tries
        self._known: dict[Case, bool] = {}

    def simplify(self) -> bool:
        """Try every setting once; whether any became simpler."""
        before = self.best
        if self.best.asks == "gradients":
            self._try(asks="values")
        for name in COUNTS:
            self._count_down(name)
        for pair in itertools.combinations(COUNTS, 2):  # where neither of two equal ones can change alone, both may
            if getattr(self.best, pair[0]) == getattr(self.best, pair[1]) > 1:
                self._count_down(*pair)
        for name, value in SIMPLEST.items():
            if getattr(self.best, name) != value:
                self._try(**{name: value})
        for digits in DIGITS:
            if self.best.digits is None or digits < self.best.digits:
                self._try(digits=digits)
        return self.best != before

    def _try(self, **settings: object) -> bool:
        """Take a case if it still fails with any of a few draws."""
        draws = (changed(self.best, settings, draw) for draw in range(1, _DRAWS + 1))
        failing = next((candidate for candidate in draws if self._fails(candidate)), None)
        if failing is not None:
            self.best = failing
        return failing is not None

    def _fails(self, candidate: Case) -> bool:
        """Run a case, but none twice, and none beyond the last try."""
        if candidate not in self._known:
            if not self._left:
                return False
            self._left -= 1
            self._known[candidate] = self._still_fails(candidate)
        return self._known[candidate]

    def _count_down(self, *names: str) -> None:
        """Make a count, or equal counts, smaller: a few from below, then by halves between what passes and fails."""
        count = getattr(self.best, names[0])
        if not count:  # no batch axis, or nothing in it: a batch of one is simpler
            self._try(**dict.fromkeys(names, 1))
            return
        if any(self._try(**dict.fromkeys(names, few)) for few in range(1, min(count, _FEW + 1))):
            return
        passes = _FEW
        while count - passes > 1:
            middle = (passes + count) // 2
            if self._try(**dict.fromkeys(names, middle)):
                count = middle
            else:
                passes = middle
