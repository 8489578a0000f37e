"""Evidence of a run: what an implementation did in the cases that decide, gathered for the diagnosis."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.case import Case, CaseDtype
from conformance.diagnosis import Exhibit, not_connected, torch_answers
from conformance.diagnosis import diagnose as explain
from conformance.expected import Returns
from conformance.finding import Diagnosis
from conformance.observation import Answered, Declined, Raised, observe
from conformance.plan import Plan
from conformance.record import Record
from conformance.runner import Runner, Subject
from conformance.status import Status


def diagnose(runner: Runner, plan: Plan, subject: Subject, records: Iterable[Record]) -> Diagnosis | None:
    """Why one implementation is wrong, from its records of a run; None where it is not."""
    own = [r for r in records if r.implementation == subject.name and r.asks != "validation"]
    connection = runner.connect(subject)
    if not connection.connected:
        return not_connected(subject.name) if connection.parameters_unread else None
    if not any(r.status in (Status.FAIL, Status.ERROR) for r in own):
        return None
    cases = {case.id: case for case in plan.cases}
    exhibits = [e for r in own if (e := _exhibit(runner, cases[r.case].in_dtype(_dtype(r)), subject, r.status))]
    runner.forget(subject.implementation)
    return explain(subject.name, exhibits, lambda case, calls: observe(subject.implementation, case, calls))


def _exhibit(runner: Runner, case: Case, subject: Subject, status: Status) -> Exhibit | None:
    """One record as evidence; None where it is none: declined, a known difference, or the suite's own fault."""
    expected = runner.expected(case)
    if status not in (Status.PASS, Status.FAIL, Status.ERROR) or not isinstance(expected, Returns):
        return None
    if status is Status.PASS:
        asked = case.asks == "gradients"
        return Exhibit(case, expected, torch_answers(expected, gradients=asked), wrong=False, gradients=asked)
    seen = runner.failure(case, subject.implementation)
    if not isinstance(seen, Answered | Raised):
        return None
    declined = isinstance(seen, Answered) and any(isinstance(call.gradients, Declined) for call in seen.calls)
    return Exhibit(case, expected, seen, wrong=True, gradients=case.asks == "gradients" and not declined)


def _dtype(record: Record) -> CaseDtype:
    return "float32" if record.dtype == "float32" else "float64"
