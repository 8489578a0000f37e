"""Judging one case: attributes before values, and at the first difference what, got, wanted, where and how far."""

from __future__ import annotations

from dataclasses import dataclass, field

from conformance.difference import Curve, Distance, Place, Steps
from conformance.expected import Expected, Raises, Returns
from conformance.observation import (
    Answered,
    Crashed,
    Declined,
    Garbled,
    Lost,
    Observation,
    OutOfMemory,
    Raised,
    TimedOut,
)
from conformance.status import Layer, Status
from conformance.verdict.comparison import Mismatch, first_mismatch
from conformance.verdict.distance import distances, severity, steps

#: What is said of an implementation from which no answer came.
_LOST: dict[type[Lost], Status] = {
    Crashed: Status.CRASH,
    TimedOut: Status.TIMEOUT,
    OutOfMemory: Status.MEMORY,
    Garbled: Status.ERROR,
}
_ORDINALS = ("first", "second", "third", "fourth", "fifth")


@dataclass(frozen=True)
class Verdict:
    """What became of one case, with the one sentence that says why."""

    status: Status
    why: str = ""
    layer: Layer | None = None
    torch_type: bool | None = None
    distances: dict[str, Distance] = field(default_factory=dict)
    place: Place | None = None
    steps: Steps | None = None
    curve: Curve | None = None


def judge(expected: Expected, observed: Observation) -> Verdict:
    """Settle one case; what stands in `why` is the same sentence everywhere."""
    if isinstance(observed, Lost):
        return lost(observed)
    if isinstance(expected, Raises):
        return _judge_refusal(expected, observed)
    if isinstance(observed, Declined):
        return Verdict(Status.UNSUPPORTED, f"declined: {observed.reason}")
    if isinstance(observed, Raised):
        return Verdict(Status.ERROR, error_sentence(observed, "return output and h_n"))
    return _judge_answer(expected, observed)


def lost(observed: Lost) -> Verdict:
    """No answer came; that its process ended is no refusal of a wrong call either."""
    return Verdict(_LOST[type(observed)], observed.why, Layer.UNASKED if observed.unasked else None)


def _judge_refusal(expected: Raises, observed: Observation) -> Verdict:
    """A validation case passes when the implementation raises, whatever it raises."""
    wanted = f"{expected.error.kind}: {expected.error.message}"
    if isinstance(observed, Raised):
        own = expected.error.kind in observed.bases
        why = f"raised {observed.kind}" + (", as torch does" if own else f"; torch raises {wanted}")
        return Verdict(Status.PASS, why, torch_type=own)
    return Verdict(Status.FAIL, f"it returned an answer, but should raise (torch raises {wanted})", Layer.ACCEPTED)


def _judge_answer(expected: Returns, observed: Answered) -> Verdict:
    """Each call in its turn, then what it changed."""
    found: dict[str, Distance] = {}
    declined: Declined | None = None
    for number, (wanted, call) in enumerate(zip(expected.calls, observed.calls, strict=False)):
        for name, distance in distances(wanted, call).items():
            found[name] = max(found.get(name, distance), distance, key=severity)
        mismatch = first_mismatch(wanted, call)
        if mismatch is not None:
            return _failed(_in_call(mismatch, expected, number), found, steps(wanted, call))
        if isinstance(call.gradients, Raised):
            return Verdict(Status.ERROR, error_sentence(call.gradients, "return gradients"), distances=found)
        if isinstance(call.gradients, Declined):
            declined = call.gradients
    if isinstance(observed.ended, Raised):
        return Verdict(Status.ERROR, error_sentence(observed.ended, "return output and h_n"), distances=found)
    declined = observed.ended or declined
    by_time = steps(expected.calls[0], observed.calls[0])
    if impurity := _impurity(observed):
        return _failed(impurity, found, by_time)
    if declined is not None:
        return Verdict(Status.UNSUPPORTED, f"declined: {declined.reason}", distances=found, steps=by_time)
    return Verdict(Status.PASS, distances=found, steps=by_time)


def _failed(mismatch: Mismatch, found: dict[str, Distance], by_time: Steps | None) -> Verdict:
    return Verdict(Status.FAIL, mismatch.why, mismatch.layer, distances=found, place=mismatch.place, steps=by_time)


def _in_call(mismatch: Mismatch, expected: Returns, number: int) -> Mismatch:
    """A call that is wrong only after another one shows that calls are not independent."""
    if number == 0:
        return mismatch
    why = f"right at first, wrong in the {_ORDINALS[number]} call ({expected.story(number)}): {mismatch.why}"
    return Mismatch(Layer.PURITY, why, mismatch.place)


def _impurity(observed: Answered) -> Mismatch | None:
    """What it changed that was not its own."""
    if observed.changed:
        names = ", ".join(observed.changed)
        return Mismatch(Layer.PURITY, f"it changed {names} in place, but should leave its arguments as they are")
    if observed.altered:
        names = " and ".join(observed.altered)
        return Mismatch(
            Layer.PURITY, f"it changed {names} after returning it, but should return arrays that it does not reuse"
        )
    return None


def error_sentence(raised: Raised, wanted: str) -> str:
    """An exception, in one line."""
    where = f" at {raised.where}" if raised.where else ""
    message = f" ({' '.join(raised.message.split())[:300]})" if raised.message.strip() else ""
    return f"{raised.stage} raised {raised.kind}{where}{message}, but should {wanted}"
