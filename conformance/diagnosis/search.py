"""The search for the smallest sets of faults that every exhibit bears out."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from conformance.diagnosis.alike import shapes
from conformance.diagnosis.exhibit import Exhibit
from conformance.diagnosis.hypothesis import Chosen, Hypothesis, Question


class GaveUpError(Exception):
    """The effort allowed for the search is spent."""


@dataclass
class Effort:
    """How much may still be predicted, in time steps of scans: unlike seconds, the same on every machine."""

    left: int

    def spend(self, exhibit: Exhibit) -> None:
        """Predict one answer; raises GaveUpError where nothing is left."""
        self.left -= exhibit.steps
        if self.left < 0:
            raise GaveUpError


@dataclass
class Search:
    """Extends a hypothesis by candidates until every exhibit bears it out.

    It goes from one exhibit that is not borne out to the next. The first of them are the cheapest: few faults show in
    a simple network, so few pairs have to be tried in it; what does not show there is added where it does.
    """

    exhibits: Sequence[Exhibit]
    candidates: tuple[Chosen, ...]
    question: Question
    effort: Effort

    def __post_init__(self) -> None:
        """Wrong answers first, of these the cheapest."""
        self.exhibits = sorted(self.exhibits, key=lambda e: (not e.wrong, e.rank))

    def smallest(self, base: Hypothesis, limit: int) -> list[Hypothesis]:
        """All the smallest extensions of a hypothesis that are borne out, of at most `limit` faults more."""
        for size in range(limit + 1):
            found = {frozenset(h.chosen): h for h in self._extend(base, size)}
            if found:
                return list(found.values())
        return []

    def borne_out(self, exhibit: Exhibit, hypothesis: Hypothesis) -> bool:
        """Whether one exhibit bears a hypothesis out; raises GaveUpError where the effort is spent."""
        if not self.question.is_answered(exhibit, hypothesis):
            self.effort.spend(exhibit)
        return self.question.bears_out(exhibit, hypothesis)

    def _extend(self, base: Hypothesis, more: int) -> Iterator[Hypothesis]:
        pivot = next((e for e in self.exhibits if not self.borne_out(e, base)), None)
        if pivot is None:
            yield base
            return
        if more == 0:
            return
        options = [c for c in self.candidates if not base.has(c[0][0])]
        found = False
        for choice in options:
            if self.borne_out(pivot, base + choice):
                for hypothesis in self._extend(base + choice, more - 1):
                    found = True
                    yield hypothesis
        if not found and more >= 2:  # noqa: PLR2004 -- two at once, where no single fault bears the pivot out
            for pair in self._pairs(pivot, base, options):
                if self.borne_out(pivot, pair):
                    yield from self._extend(pair, more - 2)

    def _pairs(self, pivot: Exhibit, base: Hypothesis, options: list[Chosen]) -> Iterator[Hypothesis]:
        """Pairs that may bear a pivot out: both show in it, and their shapes allow for what was seen."""
        case, expected, gradients = pivot.case, pivot.expected, not self.question.forward_only
        plain = base.predict(case, expected, gradients=gradients)
        alone = {choice: (base + choice).predict(case, expected, gradients=gradients) for choice in options}
        showing = [c for c in options if _bits(alone[c]) != _bits(plain)]
        seen, right = shapes(pivot.seen), shapes(plain)
        neutral = [c for c in showing if shapes(alone[c]) == right]
        shaping = [c for c in showing if shapes(alone[c]) != right]
        hits = [c for c in shaping if shapes(alone[c]) == seen]
        pairs: Iterator[tuple[Chosen, Chosen]]
        if seen == right:
            pairs = itertools.combinations(neutral, 2)
        elif hits:
            pairs = itertools.product(hits, showing)
        else:
            pairs = itertools.combinations(shaping, 2)
        for one, other in pairs:
            if one[0][0] != other[0][0]:
                yield base + one + other


def _bits(value: object) -> object:
    """A prediction, in what can be compared to the last bit."""
    if hasattr(value, "tobytes"):
        return value.tobytes()
    if isinstance(value, dict):
        return {key: _bits(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(_bits(item) for item in value)
    if hasattr(value, "__dataclass_fields__"):
        return {name: _bits(getattr(value, name)) for name in value.__dataclass_fields__}
    return value
