"""The page that tells how a failing case went, for a screen or two."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from conformance.expected import Returns
from conformance.observation import Call, NotAnArray
from conformance.report.text import wrapped
from conformance.status import Status
from conformance.walkthrough import given, gradients, states
from conformance.walkthrough.text import MARK, Row, table
from conformance.walkthrough.trial import Trial, WrongCall

_OUTPUTS = ("output", "h_n")
#: Characters of a description that stand in a table.
_SHORT = 20


def lines(trial: Trial) -> Iterator[str]:
    """What goes in, the sentence that says what is wrong, and what it takes to see it; plain text."""
    if trial.verdict.status not in (Status.FAIL, Status.ERROR):
        yield from given.call(trial.case)
        yield ""
        yield from wrapped("Run once more, this does not fail: the implementation does not always do the same.")
    elif trial.wrong_call is not None and trial.verdict.place is not None:
        yield from _wrong_numbers(trial, trial.wrong_call)
    else:
        yield from _wrong_as_a_whole(trial)


def _wrong_numbers(trial: Trial, wrong: WrongCall) -> Iterator[str]:
    """Wrong numbers, of which the first is worked out."""
    calls = trial.expected.arguments[: wrong.number + 1]
    yield from given.call(trial.case, len(calls))
    yield ""
    yield from given.numbers(calls)
    yield ""
    yield from _verdict(trial)
    place = trial.verdict.place
    if place is not None:
        yield ""
        yield from states.lines(wrong) if place.tensor in _OUTPUTS else gradients.lines(wrong, place)


def _wrong_as_a_whole(trial: Trial) -> Iterator[str]:
    """A wrong shape or type, an exception, or a change of what was given: no single number tells more."""
    calls = trial.expected.calls if isinstance(trial.expected, Returns) else ()
    yield from given.call(trial.case, len(calls))
    yield ""
    yield from given.shapes(*trial.expected.arguments[0])
    yield ""
    yield from _verdict(trial)
    if trial.verdict.status is Status.FAIL and trial.wrong_call is not None:
        yield ""
        yield from _shapes(trial.wrong_call)


def _verdict(trial: Trial) -> Iterator[str]:
    """The sentence that every report shows."""
    yield from wrapped(f"Verdict: {trial.verdict.why}.")


def _shapes(wrong: WrongCall) -> Iterator[str]:
    """The shape of everything that was asked for, expected and returned, with the dtype where that differs."""
    got = _returned(wrong.got)
    rows: list[Row] = [("shape of", "expected", "yours", "")]
    for name, want in wrong.wanted.tensors.items():
        label = name if name in _OUTPUTS else f"gradient of {name}"
        value = got.get(name)
        dtypes = isinstance(value, np.ndarray) and value.dtype != want.torch.dtype
        wanted, found = _shape(want.torch, dtype=dtypes), _shape(value, dtype=dtypes)
        rows.append((f"  {label}", wanted, found, "" if wanted == found else MARK))
    yield from table(rows)


def _returned(call: Call) -> dict[str, object]:
    """Everything that was returned, by name, as far as it has one."""
    outputs = call.outputs if isinstance(call.outputs, tuple) else ()
    found: dict[str, object] = dict(zip(_OUTPUTS, outputs, strict=False))
    return found | (call.gradients if isinstance(call.gradients, dict) else {})


def _shape(value: object, *, dtype: bool) -> str:
    """An array's shape, or what there is instead."""
    if isinstance(value, NotAnArray):
        return value.description[:_SHORT]
    return f"{value.shape}{f' {value.dtype}' if dtype else ''}" if isinstance(value, np.ndarray) else "missing"
