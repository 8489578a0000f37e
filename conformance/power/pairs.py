"""Pairs of faults: whether any two together are still caught, or hide one another altogether."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence

from conformance.case import Case
from conformance.power.bench import Try
from conformance.power.crew import Advance, Crew
from conformance.power.matrix import Matrix

#: The most promising cases of a pair, of which nearly always the first catches it.
_FIRST = 4


Pair = tuple[str, str]


def chosen_pairs(faults: Sequence[str], count: int | None) -> tuple[Pair, ...]:
    """Every pair, or as many as asked for: always the same, spread over the dictionary."""
    every = tuple(itertools.combinations(faults, 2))
    if count is None or count >= len(every):
        return every
    chosen = sorted(every, key=lambda pair: hashlib.sha256("+".join(pair).encode()).digest())[:count]
    return tuple(sorted(chosen, key=every.index))


def try_pairs(matrix: Matrix, chosen: Sequence[Pair], crew: Crew, advance: Advance) -> tuple[Pair, ...]:
    """The pairs that no case catches: a few promising cases first, then, for what escapes these, every case."""
    ranking = _Ranking(matrix)
    escaped = set(crew.escapes([(pair, ranking.cases(pair)[:_FIRST]) for pair in chosen], advance))
    left = [pair for pair in chosen if pair in escaped]
    tries: list[Try] = [(pair, ranking.cases(pair, every=True)[_FIRST:]) for pair in left]
    masked = set(crew.escapes(tries))
    return tuple(pair for pair in left if pair in masked)


class _Ranking:
    """Orders the cases by how likely they are to catch a pair, so that few of torch's answers are needed for many."""

    def __init__(self, matrix: Matrix) -> None:
        self._matrix = matrix
        self._numbers = {fault: number for number, fault in enumerate(matrix.faults)}

    def cases(self, pair: Pair, *, every: bool = False) -> list[Case]:
        """The cases that catch either of two faults, those first that catch both and most others; or every case."""
        caught = self._matrix.caught
        both = {self._numbers[fault] for fault in pair}
        places = range(len(caught)) if every else {p for n in both for p in self._matrix.catching[n]}
        order = sorted(places, key=lambda place: (-len(caught[place] & both), -len(caught[place]), place))
        return [self._matrix.cases[place] for place in order]
