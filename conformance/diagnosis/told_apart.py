"""Whether some faults can be told from fewer: what a search is measured by, and so made without one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from conformance.case import Case
from conformance.diagnosis.derivative import follows
from conformance.diagnosis.exhibit import Exhibit
from conformance.diagnosis.hypothesis import ABOUT_EVERYTHING, ABOUT_FORWARD, Hypothesis, candidates
from conformance.expected import Expected, Returns
from conformance.faults import Value
from conformance.quiet import quiet


def smaller(chosen: Mapping[str, Value], cases: Iterable[tuple[Case, Expected | object]]) -> str | None:
    """The name of a smaller set that agrees with these faults in every case, to within rounding; None without one.

    Every smaller set is tried: none, and each fault of the dictionary at each of its values. A set agrees also where
    it has the same wrong forward and the gradients are that forward's own.
    """
    planted = Hypothesis(tuple(chosen.items()))
    fewer = [Hypothesis(), *(Hypothesis(c) for part in ("forward", "gradients") for c in candidates(part))]
    fewer = [h for h in fewer if len(h) < len(planted)]
    with quiet():
        exhibits = [_exhibit(planted, case, expected) for case, expected in cases if isinstance(expected, Returns)]
        exhibits.sort(key=lambda exhibit: exhibit.rank)
        found = next((h for h in fewer if all(_agrees(e, h) for e in exhibits)), None)
    return None if found is None else found.name or "nothing"


def _exhibit(planted: Hypothesis, case: Case, expected: Returns) -> Exhibit:
    """What these faults make of a case; not called wrong, since in some cases they make nothing wrong."""
    seen = planted.predict(case, expected)
    return Exhibit(case, expected, seen, wrong=False, gradients=case.asks == "gradients")


def _agrees(exhibit: Exhibit, hypothesis: Hypothesis) -> bool:
    """Whether fewer faults answer as was seen."""
    if ABOUT_EVERYTHING.bears_out(exhibit, hypothesis):
        return True
    if not exhibit.gradients or not len(hypothesis) or not ABOUT_FORWARD.bears_out(exhibit, hypothesis):
        return False
    return follows(exhibit, hypothesis)
