"""Judging one case: attributes before values, and at the first difference what, got, wanted, where and how far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from conformance.arguments import Array
from conformance.case import Case
from conformance.difference import Distance, Place, Steps
from conformance.expected import Expected, ExpectedCall, Raises, Returns, Wanted
from conformance.observation import (
    Answered,
    Call,
    Declined,
    NotAnArray,
    NotGradients,
    Observation,
    Raised,
    Value,
)
from conformance.place import first_place, words
from conformance.status import Layer, Status

_OUTPUTS = ("output", "h_n")
_ORDINALS = ("first", "second", "third")


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


@dataclass(frozen=True)
class _Difference:
    """The first difference that was found."""

    layer: Layer
    why: str
    place: Place | None = None


def judge(case: Case, expected: Expected, observed: Observation) -> Verdict:
    """Settle one case; what stands in `why` is the same sentence everywhere."""
    if isinstance(expected, Raises):
        return _judge_refusal(expected, observed)
    if isinstance(observed, Declined):
        return Verdict(Status.UNSUPPORTED, f"declined: {observed.reason}")
    if isinstance(observed, Raised):
        return Verdict(Status.ERROR, _error_sentence(observed, "return output and h_n"))
    return _judge_answer(case, expected, observed)


def _judge_refusal(expected: Raises, observed: Observation) -> Verdict:
    """A validation case passes when the implementation raises, whatever it raises."""
    wanted = f"{expected.error.kind}: {expected.error.message}"
    if isinstance(observed, Raised):
        own = expected.error.kind in observed.bases
        why = f"raised {observed.kind}" + (", as torch does" if own else f"; torch raises {wanted}")
        return Verdict(Status.PASS, why, torch_type=own)
    return Verdict(Status.FAIL, f"it returned an answer, but should raise (torch raises {wanted})", Layer.ACCEPTED)


def _judge_answer(case: Case, expected: Returns, observed: Answered) -> Verdict:
    """Each call in its turn, then what it changed."""
    distances: dict[str, Distance] = {}
    declined: Declined | None = None
    for number, (wanted, call) in enumerate(zip(expected.calls, observed.calls, strict=True)):
        for name, distance in _distances(wanted, call).items():
            distances[name] = max(distances.get(name, distance), distance, key=lambda d: _severity(d.ratio))
        steps = _steps(wanted, call)
        difference = _first_difference(wanted, call)
        if difference is not None:
            return _failed(_in_call(difference, expected, number), distances, steps)
        if isinstance(call.gradients, Raised):
            return Verdict(Status.ERROR, _error_sentence(call.gradients, "return gradients"), distances=distances)
        if isinstance(call.gradients, Declined):
            declined = call.gradients
    steps = _steps(expected.calls[0], observed.calls[0])
    if impurity := _impurity(observed):
        return _failed(impurity, distances, steps)
    if declined is not None:
        return Verdict(Status.UNSUPPORTED, f"declined: {declined.reason}", distances=distances, steps=steps)
    return Verdict(Status.PASS, distances=distances, steps=steps)


def _failed(difference: _Difference, distances: dict[str, Distance], steps: Steps | None) -> Verdict:
    return Verdict(
        Status.FAIL, difference.why, difference.layer, distances=distances, place=difference.place, steps=steps
    )


def _in_call(difference: _Difference, expected: Returns, number: int) -> _Difference:
    """A call that is wrong only after another one shows that calls are not independent."""
    if number == 0:
        return difference
    sizes = ", then ".join(
        f"{call.case.batch_size} in a batch" if call.case.batched else f"{call.case.seq_len} time steps"
        for call in expected.calls[: number + 1]
    )
    why = f"right at first, wrong in the {_ORDINALS[number]} call ({sizes}): {difference.why}"
    return _Difference(Layer.PURITY, why, difference.place)


def _impurity(observed: Answered) -> _Difference | None:
    """What it changed that was not its own."""
    if observed.changed:
        names = ", ".join(observed.changed)
        return _Difference(Layer.PURITY, f"it changed {names} in place, but should leave its arguments as they are")
    if observed.altered:
        names = " and ".join(observed.altered)
        return _Difference(
            Layer.PURITY, f"it changed {names} after returning it, but should return arrays that it does not reuse"
        )
    return None


def _first_difference(wanted: ExpectedCall, call: Call) -> _Difference | None:
    """The first difference of one call: of the forward's answer, then of the gradients."""
    outputs = call.outputs
    if isinstance(outputs, NotAnArray):
        return _Difference(Layer.ARITY, f"what the call returned is {outputs.description}, but should be (output, h_n)")
    if len(outputs) != len(_OUTPUTS):
        return _Difference(
            Layer.ARITY, f"what the call returned is {len(outputs)} values, but should be 2: (output, h_n)"
        )
    difference = _compare(wanted, dict(zip(_OUTPUTS, outputs, strict=True)), "")
    if difference is not None or not isinstance(call.gradients, dict | NotGradients):
        return difference
    return _gradient_difference(wanted, call.gradients)


def _gradient_difference(wanted: ExpectedCall, gradients: dict[str, Value] | NotGradients) -> _Difference | None:
    """The first difference of the gradients, whatever its kind."""
    if isinstance(gradients, NotGradients):
        return _Difference(
            Layer.GRADIENT, f"what backward returned is {gradients.description}, but should be a dict of gradients"
        )
    names = [name for name in wanted.tensors if name not in _OUTPUTS]
    missing = [name for name in names if name not in gradients]
    if missing:
        return _Difference(
            Layer.GRADIENT, f"the gradient of {', '.join(missing)} is missing, but should be in what backward returns"
        )
    difference = _compare(wanted, {name: gradients[name] for name in names}, "the gradient of ")
    return None if difference is None else _Difference(Layer.GRADIENT, difference.why, difference.place)


def _compare(wanted: ExpectedCall, found: dict[str, Value], prefix: str) -> _Difference | None:
    """Type, shape, dtype, finiteness, values: each of every tensor before the next of any."""
    pairs = [(name, value, wanted.tensors[name]) for name, value in found.items()]
    for name, value, _ in pairs:
        if isinstance(value, NotAnArray):
            return _Difference(
                Layer.TYPE, f"{prefix}{name} is {value.description}, but should be a {value.array_type}"
            )
    arrays = [(name, value, want) for name, value, want in pairs if not isinstance(value, NotAnArray)]
    for name, array, want in arrays:
        if array.shape != want.torch.shape:
            return _Difference(
                Layer.SHAPE, f"{prefix}{name} is of shape {array.shape}, but should be of shape {want.torch.shape}"
            )
    for name, array, want in arrays:
        if array.dtype != want.torch.dtype:
            return _Difference(Layer.DTYPE, f"{prefix}{name} is {array.dtype}, but should be {want.torch.dtype}")
    for name, array, want in arrays:
        wrong = _unlike(array, want.torch)
        if np.any(wrong):
            return _number(wanted.case, Layer.FINITE, name, array, want, wrong, prefix)
    for name, array, want in arrays:
        wrong = ~(_errors(array, want) <= want.tolerance)
        if np.any(wrong):
            return _number(wanted.case, Layer.VALUE, name, array, want, wrong, prefix)
    return None


def _number(  # noqa: PLR0913 -- one sentence needs them all
    case: Case, layer: Layer, name: str, array: Array, want: Wanted, wrong: Array, prefix: str
) -> _Difference:
    """The sentence for wrong numbers."""
    shown = want.torch if layer is Layer.FINITE else want.truth
    place = first_place(case, name, wrong, array, shown)
    got, wanted = _pair(place.got, place.wanted)
    far = ""
    if layer is Layer.VALUE:
        error = float(abs(array[place.index].astype(want.truth.dtype) - want.truth[place.index]))
        far = f"off by {error:.2g}; {want.tolerance:.2g} is allowed; "
    return _Difference(
        layer,
        f"{prefix}{name} is {got} {words(place)}, but should be {wanted} "
        f"({far}{place.wrong} of {place.size} numbers are wrong)",
        place,
    )


def _unlike(found: Array, torch: Array) -> Array:
    """Where NaN and the infinities do not stand as torch's do, in the case's own dtype."""
    return np.asarray(
        (np.isnan(found) != np.isnan(torch))
        | ((found == np.inf) != (torch == np.inf))
        | ((found == -np.inf) != (torch == -np.inf))
    )


def _errors(found: Array, want: Wanted) -> Array:
    """The absolute error of every number; 0 where torch is not finite, which was settled before."""
    with np.errstate(invalid="ignore"):
        errors = np.abs(found.astype(want.truth.dtype) - want.truth)
    return np.where(np.isfinite(want.torch), errors, 0)


def _comparable(wanted: ExpectedCall, call: Call) -> Iterator[tuple[str, Array, Wanted]]:
    """The tensors that have the right shape, so that a distance means something."""
    found: dict[str, object] = {}
    if isinstance(call.outputs, tuple) and len(call.outputs) == len(_OUTPUTS):
        found = dict(zip(_OUTPUTS, call.outputs, strict=True))
    if isinstance(call.gradients, dict):
        found |= call.gradients
    for name, want in wanted.tensors.items():
        array = found.get(name)
        if isinstance(array, np.ndarray) and array.shape == want.torch.shape and array.dtype.kind == "f":
            yield name, array, want


def _distances(wanted: ExpectedCall, call: Call) -> dict[str, Distance]:
    """Error, tolerance and ratio of every tensor that can be compared."""
    found = {}
    for name, array, want in _comparable(wanted, call):
        # np.max, not max: Python's lets NaN slip through.
        error = float(np.max(_errors(array, want), initial=0.0))
        found[name] = Distance(error=error, tolerance=want.tolerance, ratio=_ratio(error, want.tolerance))
    return found


def _ratio(error: float, tolerance: float) -> float:
    """Error over tolerance; 0 for no error at all, infinite where none is allowed."""
    if tolerance > 0:
        return error / tolerance
    return 0.0 if error == 0 else float("inf")


def _severity(ratio: float) -> float:
    """Sorts ratios with NaN as the worst."""
    return float("inf") if np.isnan(ratio) else ratio


def _steps(wanted: ExpectedCall, call: Call) -> Steps | None:
    """The greatest error of output at each time step."""
    for name, array, want in _comparable(wanted, call):
        if name == "output" and array.size:
            errors = _errors(array, want)
            time = 1 if wanted.case.batch_first and wanted.case.batched else 0
            by_time = np.max(np.moveaxis(errors, time, 0).reshape(wanted.case.seq_len, -1), axis=1)
            return Steps(tensor=name, errors=tuple(float(f"{e:.3g}") for e in by_time), tolerance=want.tolerance)
    return None


def _error_sentence(raised: Raised, wanted: str) -> str:
    """An exception, in one line."""
    where = f" at {raised.where}" if raised.where else ""
    message = f" ({' '.join(raised.message.split())[:300]})" if raised.message.strip() else ""
    return f"{raised.stage} raised {raised.kind}{where}{message}, but should {wanted}"


def _pair(got: float, wanted: float) -> tuple[str, str]:
    """Two numbers with as many digits as it takes to tell them apart."""
    for digits in (6, 10, 17):
        pair = (f"{got:.{digits}g}", f"{wanted:.{digits}g}")
        if pair[0] != pair[1]:
            return pair
    return pair
