"""Explaining an implementation with many faults: where only few of them act first, then one setting more at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from conformance.case import Case
from conformance.diagnosis.exhibit import Exhibit
from conformance.diagnosis.inquiry import RIGHT, Explanation, Inquiry
from conformance.diagnosis.search import Effort, GaveUpError

#: What makes further faults act: its test, and the setting without it, in words.
SETTINGS: tuple[tuple[str, Callable[[Case], bool], str], ...] = (
    ("h_0 given", lambda case: case.h_0 == "given", "h_0=absent"),
    ("bias=False", lambda case: not case.bias, "bias=true"),
    ("relu", lambda case: case.nonlinearity == "relu", "nonlinearity=tanh"),
    ("several calls", lambda case: case.calls == "repeated", "calls=one"),
    ("unbatched", lambda case: not case.batched, "batch_size not unbatched"),
    ("batch_first", lambda case: case.batched and case.batch_first, "batch_first=false"),
    ("several layers", lambda case: case.num_layers > 1, "num_layers=1"),
    ("bidirectional", lambda case: case.bidirectional, "bidirectional=false"),
    ("gradients", lambda case: case.asks == "gradients", "asks=values"),
)


@dataclass
class Piecewise:
    """What was explained, and in which settings; `where` says it for each fault that was found."""

    explanation: Explanation | None = None
    where: dict[str, str] = field(default_factory=dict)
    gave_up: bool = False


def explain_piecewise(exhibits: Sequence[Exhibit], effort: Effort) -> Piecewise:
    """Explain the plainest cases, then allow one setting after another; one that defies explanation is left out.

    A fault is kept only if it explains everything in the settings where it was found.
    """
    settings = {id(e): frozenset(name for name, test, _ in SETTINGS if test(e.case)) for e in exhibits}
    found, allowed = Piecewise(), frozenset[str]()
    for added in ("", *(name for name, _, _ in SETTINGS)):
        wider = allowed | ({added} if added else set())
        scope = [e for e in exhibits if settings[id(e)] <= wider]
        if not any(e.wrong for e in scope):
            allowed = wider if scope else allowed
            continue
        base = found.explanation.hypothesis if found.explanation else RIGHT
        try:
            explanation = Inquiry(scope, effort).explain(base)
        except GaveUpError:
            found.gave_up = True
            break
        if explanation is None or explanation.gradients == "unexplained":
            continue
        found.explanation, allowed = explanation, wider
    if found.explanation:
        tried = frozenset[str]().union(*settings.values())
        words = ", ".join(without for name, _, without in SETTINGS if name in tried - allowed)
        found.where = {identity: words for identity, _ in found.explanation.hypothesis.chosen}
    return found
