"""The account of an inquiry, in words: what was found, how much it explains, and what stays unexplained."""

from __future__ import annotations

import time
from collections.abc import Sequence

from conformance.diagnosis.alike import alike
from conformance.diagnosis.exhibit import Exhibit
from conformance.diagnosis.hypothesis import ABOUT_EVERYTHING, ABOUT_FORWARD, Hypothesis
from conformance.diagnosis.inquiry import Explanation, Inquiry
from conformance.diagnosis.localisation import Look, localise
from conformance.diagnosis.piecewise import Piecewise, explain_piecewise
from conformance.diagnosis.search import Effort, GaveUpError
from conformance.faults import BY_ID, Value
from conformance.finding import Diagnosis, Finding
from conformance.observation import Answered, Raised
from conformance.quiet import quiet

#: How much may be predicted for one diagnosis, in time steps of scans: three times what any two faults were seen to
#: take with the whole suite.
BUDGET = 400_000


def diagnose(name: str, exhibits: Sequence[Exhibit], look: Look, *, budget: int = BUDGET) -> Diagnosis | None:
    """Why an implementation is wrong, from its exhibits; None where nothing is wrong.

    `look` runs it on a case's calls: again, since one that answers the same call in two ways is named for that, and
    otherwise, to see what it is consistent in.
    """
    failing = [exhibit for exhibit in exhibits if exhibit.wrong]
    if not failing:
        return None
    with quiet():
        return _diagnose(name, exhibits, failing, look, budget)


def _diagnose(name: str, exhibits: Sequence[Exhibit], failing: Sequence[Exhibit], look: Look, budget: int) -> Diagnosis:
    """By behaviour, then as a whole, then piece by piece."""
    began = time.monotonic()
    if _changes_its_mind(failing, look):
        return _named(name, failing, "nondeterministic", began, remarks=(_ONCE_MORE,))
    effort = Effort(budget)
    inquiry = Inquiry(exhibits, effort)
    gave_up, whole, pieces = False, None, Piecewise()
    try:
        whole = inquiry.explain()
        if whole is None or (whole.gradients == "unexplained" and not len(whole.hypothesis)):
            whole, pieces = None, explain_piecewise(exhibits, effort)
    except GaveUpError:
        gave_up = True
    explanation = whole or pieces.explanation
    if explanation is None or not _shown(failing, explanation, in_pieces=whole is None):
        gave_up = gave_up or pieces.gave_up
        return _unnamed(name, failing, localise(exhibits, look), began, gave_up=gave_up)
    return _account(name, failing, explanation, pieces, began)


def _shown(failing: Sequence[Exhibit], explanation: Explanation, *, in_pieces: bool) -> bool:
    """Whether there is a name at all, and a case that returned numbers bears it out: raising alone proves nothing.

    Of what explains a part alone that is asked of every call.
    """
    hypothesis, gradients = explanation.hypothesis, explanation.gradients
    answered = (e for e in failing if isinstance(e.seen, Answered) and not (in_pieces and e.seen.ended))
    return len(hypothesis) > 0 and any(_explained(exhibit, hypothesis, gradients) for exhibit in answered)


def not_connected(name: str) -> Diagnosis:
    """The diagnosis of an implementation that reads none of its parameters: no case was run."""
    return _named(name, [], "parameters-ignored", time.monotonic())


_ONCE_MORE = "The same call, made twice on fresh objects, gave two answers; its numbers tell no more than that."


def _changes_its_mind(failing: Sequence[Exhibit], look: Look) -> bool:
    """Whether an implementation answers the same call in two ways."""
    exhibit = min((e for e in failing if isinstance(e.seen, Answered)), key=_complexity, default=None)
    if exhibit is None:
        return False
    again = look(exhibit.case, exhibit.expected.arguments)
    return not isinstance(again, Answered | Raised) or not alike(exhibit, again)


def _account(
    name: str, failing: Sequence[Exhibit], explanation: Explanation, pieces: Piecewise, began: float
) -> Diagnosis:
    """The findings, and how many of the wrong cases each is needed for."""
    hypothesis = explanation.hypothesis
    gradients = explanation.gradients
    explained = [e for e in failing if _explained(e, hypothesis, gradients)]
    findings = []
    for identity, value in hypothesis.chosen:
        needed = [e for e in explained if not _explained(e, hypothesis.without(identity), gradients)]
        findings.append(_finding(identity, value, needed or explained, pieces.where.get(identity, "")))
    return Diagnosis(
        implementation=name,
        findings=tuple(findings),
        equivalents=tuple(h.name for h in explanation.equivalents),
        failing=len(failing),
        reproduced=len(explained),
        remarks=_remarks(failing, explained, explanation),
        gave_up=pieces.gave_up,
        seconds=round(time.monotonic() - began, 3),
    )


def _finding(identity: str, value: Value, needed: Sequence[Exhibit], where: str) -> Finding:
    fault = BY_ID[identity]
    return Finding(
        id=identity,
        value="" if value is None else str(value),
        what=fault.sentence(value),
        hint=fault.hint,
        where=where,
        explains=len(needed),
        simplest=min(needed, key=_complexity).case.id if needed else "",
    )


def _explained(exhibit: Exhibit, hypothesis: Hypothesis, gradients: str) -> bool:
    """Whether a wrong case is as predicted, or forward is and the gradients are that forward's own."""
    if ABOUT_EVERYTHING.bears_out(exhibit, hypothesis):
        return True
    return gradients == "following" and len(hypothesis) > 0 and ABOUT_FORWARD.bears_out(exhibit, hypothesis)


def _remarks(failing: Sequence[Exhibit], explained: Sequence[Exhibit], explanation: Explanation) -> tuple[str, ...]:
    """What the findings leave open."""
    found = []
    rest = [e for e in failing if not any(e is other for other in explained)]
    for left, why in (
        ([e for e in rest if isinstance(e.seen, Raised)], "wrong cases it raised, which this does not explain"),
        ([e for e in rest if isinstance(e.seen, Answered)], "wrong cases its answer stays unexplained"),
    ):
        if left:
            found.append(f"In {len(left):,} {why}; the simplest is {min(left, key=_complexity).case.id}.")
    if explanation.gradients == "unexplained":
        found.append("Its gradients are wrong in a further way, which no known mistake reproduces.")
    if explanation.gradients == "behind":
        found.append("Where its forward is wrong, its gradients are neither that forward's own nor the textbook's.")
    return tuple(found)


def _named(
    name: str, failing: Sequence[Exhibit], identity: str, began: float, remarks: tuple[str, ...] = ()
) -> Diagnosis:
    """A fault that is told by behaviour and not by numbers."""
    return Diagnosis(
        implementation=name,
        findings=(_finding(identity, BY_ID[identity].values[0], failing, ""),),
        failing=len(failing),
        remarks=remarks,
        seconds=round(time.monotonic() - began, 3),
    )


def _unnamed(
    name: str, failing: Sequence[Exhibit], remarks: tuple[str, ...], began: float, *, gave_up: bool
) -> Diagnosis:
    """Nothing reproduces what it did: no name is better than a wrong one."""
    seconds = round(time.monotonic() - began, 3)
    return Diagnosis(implementation=name, failing=len(failing), remarks=remarks, gave_up=gave_up, seconds=seconds)


def _complexity(exhibit: Exhibit) -> tuple[tuple[int, ...], str]:
    """As a summary sorts what is wrong."""
    return exhibit.case.complexity, exhibit.case.id
