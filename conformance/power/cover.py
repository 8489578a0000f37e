"""The smallest set of cases that together catch every fault that any case catches: an exact set cover."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: Nodes of the search after which the best cover so far is taken; the suite's own needs a few hundred.
LIMIT = 200_000

Sets = dict[int, frozenset[int]]  # what each candidate still catches


@dataclass(frozen=True)
class Cover:
    """The chosen, in order; `exact` says that no smaller set does, which a search that was cut short can't."""

    chosen: tuple[int, ...]
    exact: bool


def smallest_cover(caught: Sequence[frozenset[int]], limit: int = LIMIT) -> Cover:
    """The smallest set of places whose faults together are all faults; of equals, earlier places are preferred."""
    search = _Search(limit)
    search.run(dict(enumerate(caught)), (), frozenset().union(*caught))
    return Cover(tuple(sorted(search.best or ())), search.nodes <= limit)


class _Search:
    """Branch and bound: each node is reduced as far as dominance goes, then branches on its hardest fault."""

    def __init__(self, limit: int) -> None:
        self.nodes = 0
        self.best: tuple[int, ...] | None = None
        self._limit = limit

    def run(self, sets: Sets, chosen: tuple[int, ...], left: frozenset[int]) -> None:
        """Extend a choice until nothing is left to be caught; the first path down is the greedy one."""
        self.nodes += 1
        if self.nodes > self._limit and self.best is not None:
            return
        sets, chosen, left = _reduce(sets, chosen, left)
        if self.best is not None and len(chosen) + _at_least(sets, left) >= len(self.best):
            return
        if not left:
            self.best = chosen
            return
        hardest = min(left, key=lambda fault: (sum(fault in own for own in sets.values()), fault))
        for place in sorted((p for p, own in sets.items() if hardest in own), key=lambda p: (-len(sets[p]), p)):
            self.run(_without(sets, sets[place]), (*chosen, place), left - sets[place])


def _reduce(sets: Sets, chosen: tuple[int, ...], left: frozenset[int]) -> tuple[Sets, tuple[int, ...], frozenset[int]]:
    """Take what must be taken and drop what cannot matter, until neither changes anything."""
    while True:
        sets = _undominated(sets)
        # A fault that is caught wherever another is needs no thought of its own.
        kept = _hardest(sets, left)
        sets = {place: own & kept for place, own in sets.items() if own & kept}
        only = {places[0] for fault in kept if len(places := _catching(sets, fault)) == 1}
        if not only:
            return (sets, chosen, kept) if kept == left else _reduce(sets, chosen, kept)
        covered = frozenset().union(*(sets[place] for place in only))
        chosen, left = (*chosen, *sorted(only)), kept - covered
        sets = _without(sets, covered)


def _undominated(sets: Sets) -> Sets:
    """Without the candidates whose faults another catches too; of equals the earliest stays."""
    kept: Sets = {}
    for place, own in sorted(sets.items(), key=lambda item: (-len(item[1]), item[0])):
        if not any(own <= other for other in kept.values()):
            kept[place] = own
    return kept


def _hardest(sets: Sets, left: frozenset[int]) -> frozenset[int]:
    """Without the faults that are caught by whatever catches some other one; of equals the first stays."""
    catching = {fault: frozenset(_catching(sets, fault)) for fault in left}
    kept: dict[int, frozenset[int]] = {}
    for fault, places in sorted(catching.items(), key=lambda item: (len(item[1]), item[0])):
        if not any(other <= places for other in kept.values()):
            kept[fault] = places
    return frozenset(kept)


def _catching(sets: Sets, fault: int) -> list[int]:
    return [place for place, own in sets.items() if fault in own]


def _without(sets: Sets, covered: frozenset[int]) -> Sets:
    """What is still to be caught by each candidate."""
    return {place: own - covered for place, own in sets.items() if own - covered}


def _at_least(sets: Sets, left: frozenset[int]) -> int:
    """A lower bound: faults of which no candidate catches two need a candidate each."""
    count, blocked = 0, frozenset[int]()
    for fault in sorted(left, key=lambda f: (len(_catching(sets, f)), f)):
        if fault not in blocked:
            count += 1
            blocked |= frozenset().union(*(own for own in sets.values() if fault in own))
    return count
