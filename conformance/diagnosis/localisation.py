"""Where an implementation goes wrong that no known mistake explains: what it is right in, and what it breaks."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from conformance.arguments import Arguments
from conformance.case import Case
from conformance.diagnosis.exhibit import Exhibit
from conformance.diagnosis.hypothesis import Hypothesis, Question
from conformance.diagnosis.relation import Outputs, Relation, broken
from conformance.observation import Answered, Observation

Look = Callable[[Case, tuple[tuple[Case, Arguments], ...]], Observation]


def localise(exhibits: Sequence[Exhibit], look: Look) -> tuple[str, ...]:
    """Sentences on what is right and what is not, from all exhibits and from the simplest wrong one."""
    wrong = [e for e in exhibits if e.wrong]
    forward = [e for e in wrong if not Question(forward_only=True).bears_out(e, Hypothesis())]
    if not forward:
        return ("Forward is right in every case: only what backward does is wrong.",)
    simplest = min(forward, key=lambda e: e.case.complexity)
    tried = list(_relations(simplest, look))
    lost = "; ".join(relation.breaks for relation, is_broken in tried if is_broken)
    kept = "; ".join(relation.holds for relation, is_broken in tried if not is_broken)
    found = [f"Not even consistent with itself: {lost}."] if lost else []
    return (*found, f"Consistent with itself in this: {kept}.") if kept else tuple(found)


def _relations(exhibit: Exhibit, look: Look) -> Iterator[tuple[Relation, bool]]:
    """The relations, tried on one case."""

    def ask(case: Case, arguments: Arguments) -> Outputs | None:
        seen = look(case, ((case, arguments),))
        if not isinstance(seen, Answered) or not isinstance(seen.calls[0].outputs, tuple):
            return None
        outputs = seen.calls[0].outputs
        if len(outputs) != 2 or not all(isinstance(value, np.ndarray) for value in outputs):  # noqa: PLR2004
            return None
        return outputs  # type: ignore[return-value]  # both were just seen to be arrays

    case, arguments = exhibit.expected.arguments[0]
    yield from broken(ask, dataclasses.replace(case, asks="values", calls="one"), arguments)
