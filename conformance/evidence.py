"""Evidence of a run: what an implementation did in the cases that decide, gathered for the diagnosis."""

from __future__ import annotations

import dataclasses
import hashlib
import time
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

#: What a single call shows; training makes many, of which each depends on those before it.
_SINGLE_CALLS = ("values", "gradients")

#: Seconds for running failing cases again.
_PATIENCE = 20.0
#: How many are asked once more in a process of their own.
_ASKED_AGAIN = 3

_WRONG = (Status.FAIL, Status.ERROR)


def diagnose(runner: Runner, plan: Plan, subject: Subject, records: Iterable[Record]) -> Diagnosis | None:
    """Why one implementation is wrong, from its records of a run; None where it is not.

    Never raises: whatever goes wrong here must not cost a verdict, so a diagnosis says it.
    """
    try:
        return _diagnose(runner, plan, subject, [r for r in records if r.implementation == subject.name])
    except Exception as error:  # noqa: BLE001 -- as just said
        what = f"The diagnosis itself failed, which is the harness's fault: {type(error).__name__}: {error}."
        return Diagnosis(implementation=subject.name, failing=1, remarks=(what, "The verdict does not depend on it."))
    finally:
        runner.forget(subject.implementation)


def _diagnose(runner: Runner, plan: Plan, subject: Subject, records: Iterable[Record]) -> Diagnosis | None:
    """The same, which may raise."""
    own = [r for r in records if r.asks in _SINGLE_CALLS]
    trained = sum(r.asks == "training" and r.status in _WRONG for r in records)
    connection = runner.connect(subject)
    if not connection.connected:
        return not_connected(subject.name) if connection.parameters_unread else None
    if not any(r.status in _WRONG for r in own):
        return _of_training(subject.name, own, trained)
    if any(r.visible and r.status in _WRONG for r in own):
        own = [r for r in own if r.visible]  # what is told to an author is told from what may be shown
    cases = {case.id: case for case in plan.cases}
    pairs = [(cases[r.case].in_dtype(_dtype(r)), r.status) for r in own]
    exhibits, left_out = _gather(runner, subject, pairs)
    found = explain(subject.name, exhibits, lambda case, calls: observe(subject.implementation, case, calls))
    notes = _hanging_together(runner, subject, pairs)
    if left_out:
        notes.append(f"Told from a part of the wrong cases: running the other {left_out:,} again would take too long.")
    if trained:
        notes.append(f"Told from single calls; {_training_cases(trained).lower()} wrong besides, and not counted here.")
    return found and dataclasses.replace(found, remarks=(*found.remarks, *notes))


def _hanging_together(runner: Runner, subject: Subject, pairs: list[tuple[Case, Status]]) -> list[str]:
    """Whether answers depend on the cases before them, told from the first few that are wrong."""
    wrong = [case for case, status in pairs if status in _WRONG][:_ASKED_AGAIN]
    alone = [case for case in wrong if runner.right_alone(case, subject.implementation)]
    if not alone:
        return []
    which = f"{alone[0].id} is" if len(alone) == 1 else f"{len(alone)} wrong cases ({alone[0].id} first) are"
    return [f"{which} right where no case was asked before: something is kept from one network to the next."]


def _of_training(name: str, own: list[Record], trained: int) -> Diagnosis | None:
    """What can be said where training alone is wrong; None where nothing is, or where no single call was looked at."""
    if not trained or not any(r.asks == "gradients" and r.status is Status.PASS for r in own):
        return None
    why = (
        f"{_training_cases(trained)} wrong, and every single call is right: what is wrong goes from step to step, such "
        "as parameters that a second load_state_dict does not replace, or something kept from an earlier call."
    )
    return Diagnosis(implementation=name, failing=trained, remarks=(why,))


def _training_cases(count: int) -> str:
    return "One training case is" if count == 1 else f"{count:,} training cases are"


def _gather(runner: Runner, subject: Subject, pairs: list[tuple[Case, Status]]) -> tuple[list[Exhibit], int]:
    """The exhibits, and how many wrong cases were left out: where failures were not kept, they have to be run again."""
    began = time.monotonic()
    exhibits, left_out = [], 0
    # Spread over the suite, whichever part of it there is time for; the same in every run.
    for case, status in sorted(pairs, key=lambda pair: hashlib.sha256(pair[0].id.encode()).digest()):
        if status is not Status.PASS and time.monotonic() - began > _PATIENCE:
            left_out += 1
        elif exhibit := _exhibit(runner, case, subject, status):
            exhibits.append(exhibit)
    return exhibits, left_out


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
