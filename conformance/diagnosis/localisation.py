"""Where an implementation goes wrong that no known mistake explains: what it is right in, and what it breaks."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from conformance.arguments import Arguments
from conformance.case import Case
from conformance.diagnosis.exhibit import Exhibit
from conformance.diagnosis.hypothesis import ABOUT_FORWARD, Hypothesis
from conformance.diagnosis.relation import Outputs, Relation, broken
from conformance.observation import Answered, Observation, Raised

Look = Callable[[Case, tuple[tuple[Case, Arguments], ...]], Observation]


def localise(exhibits: Sequence[Exhibit], look: Look) -> tuple[str, ...]:
    """Sentences on what is right and what is not, from all exhibits and from the simplest wrong one."""
    wrong = [e for e in exhibits if e.wrong]
    found = [*_raising(wrong), *_changing(wrong)]
    if all(e.case.asks == "gradients" and _is_right(e) for e in wrong):
        return (*found, "Forward is right in every case: only what backward does is wrong.")
    plain = [e for e in wrong if isinstance(e.seen, Answered) and not e.odd and not _is_right(e)]
    if not plain:
        return tuple(found)
    tried = list(_relations(min(plain, key=lambda e: (e.case.complexity, e.case.id)), look))
    lost = "; ".join(relation.breaks for relation, is_broken in tried if is_broken)
    kept = "; ".join(relation.holds for relation, is_broken in tried if not is_broken)
    found += [f"In the simplest wrong case it is not even consistent with itself: {lost}."] if lost else []
    found += [f"There it is consistent with itself in this: {kept}."] if kept else []
    return tuple(found)


def _is_right(exhibit: Exhibit) -> bool:
    """Whether forward is torch's, or nearly."""
    return ABOUT_FORWARD.bears_out(exhibit, Hypothesis())


def _raising(wrong: Sequence[Exhibit]) -> Iterator[str]:
    """How often it raised, and what."""
    raised = [e.seen for e in wrong if isinstance(e.seen, Raised)]
    if raised:
        kind, _ = Counter(seen.kind for seen in raised).most_common(1)[0]
        yield f"In {len(raised):,} of {len(wrong):,} wrong cases it raised, mostly {kind}."


def _changing(wrong: Sequence[Exhibit]) -> Iterator[str]:
    """What it changed that was not its own to change."""
    answered = [e.seen for e in wrong if isinstance(e.seen, Answered)]
    changed = dict.fromkeys(name for seen in answered for name in seen.changed)
    if changed:
        yield f"It changes {', '.join(changed)} in place."
    altered = dict.fromkeys(name for seen in answered for name in seen.altered)
    if altered:
        yield f"It changes {' and '.join(altered)} after returning it."


def _relations(exhibit: Exhibit, look: Look) -> Iterator[tuple[Relation, bool]]:
    """The relations, tried on one case."""

    def ask(case: Case, arguments: Arguments) -> Outputs | None:
        seen = look(case, ((case, arguments),))
        if not isinstance(seen, Answered) or not isinstance(seen.calls[0].outputs, tuple):
            return None
        outputs = seen.calls[0].outputs
        if len(outputs) != 2 or not all(isinstance(v, np.ndarray) and v.dtype.kind == "f" for v in outputs):  # noqa: PLR2004
            return None
        return outputs  # type: ignore[return-value]  # both were just seen to be arrays

    case, arguments = exhibit.expected.arguments[0]
    yield from broken(ask, dataclasses.replace(case, asks="values", calls="one"), arguments)
