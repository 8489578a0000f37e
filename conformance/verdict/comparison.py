"""The first difference between an answer and torch's: attributes before values, output before gradients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from conformance.arguments import Array
from conformance.case import Case
from conformance.difference import Place
from conformance.expected import ExpectedCall, Wanted
from conformance.observation import Call, NotAnArray, NotGradients, Value
from conformance.status import Layer
from conformance.verdict.distance import absolute_errors, unlike
from conformance.verdict.place import first_place, words

OUTPUTS = ("output", "h_n")


@dataclass(frozen=True)
class Mismatch:
    """The first difference that was found."""

    layer: Layer
    why: str
    place: Place | None = None


def first_mismatch(wanted: ExpectedCall, call: Call) -> Mismatch | None:
    """The first difference of one call: of the forward's answer, then of the gradients."""
    outputs = call.outputs
    if isinstance(outputs, NotAnArray):
        return Mismatch(Layer.ARITY, f"what the call returned is {outputs.description}, but should be (output, h_n)")
    if len(outputs) != len(OUTPUTS):
        return Mismatch(Layer.ARITY, f"what the call returned is {len(outputs)} values, but should be 2: (output, h_n)")
    difference = _compare(wanted, dict(zip(OUTPUTS, outputs, strict=True)), "")
    if difference is not None or not isinstance(call.gradients, dict | NotGradients):
        return difference
    return _gradient_mismatch(wanted, call.gradients)


def _gradient_mismatch(wanted: ExpectedCall, gradients: dict[str, Value] | NotGradients) -> Mismatch | None:
    """The first difference of the gradients, whatever its kind."""
    if isinstance(gradients, NotGradients):
        return Mismatch(
            Layer.GRADIENT, f"what backward returned is {gradients.description}, but should be a dict of gradients"
        )
    names = [name for name in wanted.tensors if name not in OUTPUTS]
    missing = [name for name in names if name not in gradients]
    if missing:
        what = f"the gradient of {missing[0]} is" if len(missing) == 1 else f"the gradients of {', '.join(missing)} are"
        return Mismatch(Layer.GRADIENT, f"{what} missing, but should be in what backward returns")
    difference = _compare(wanted, {name: gradients[name] for name in names}, "the gradient of ")
    return None if difference is None else Mismatch(Layer.GRADIENT, difference.why, difference.place)


def _compare(wanted: ExpectedCall, found: dict[str, Value], prefix: str) -> Mismatch | None:
    """Type, shape, dtype, finiteness, values: each of every tensor before the next of any."""
    pairs = [(name, value, wanted.tensors[name]) for name, value in found.items()]
    for name, value, _ in pairs:
        if isinstance(value, NotAnArray):
            return Mismatch(Layer.TYPE, f"{prefix}{name} is {value.description}, but should be a {value.array_type}")
    arrays = [(name, value, want) for name, value, want in pairs if not isinstance(value, NotAnArray)]
    for name, array, want in arrays:
        if array.shape != want.torch.shape:
            return Mismatch(
                Layer.SHAPE, f"{prefix}{name} is of shape {array.shape}, but should be of shape {want.torch.shape}"
            )
    for name, array, want in arrays:
        if array.dtype != want.torch.dtype:
            return Mismatch(Layer.DTYPE, f"{prefix}{name} is {array.dtype}, but should be {want.torch.dtype}")
    for name, array, want in arrays:
        wrong = unlike(array, want.torch)
        if np.any(wrong):
            return _number(wanted.case, Layer.FINITE, name, array, want, wrong, prefix)
    for name, array, want in arrays:
        wrong = ~(absolute_errors(array, want) <= want.tolerance)
        if np.any(wrong):
            return _number(wanted.case, Layer.VALUE, name, array, want, wrong, prefix)
    return None


def _number(  # noqa: PLR0913 -- one sentence needs them all
    case: Case, layer: Layer, name: str, array: Array, want: Wanted, wrong: Array, prefix: str
) -> Mismatch:
    """The sentence for wrong numbers."""
    shown = want.torch if layer is Layer.FINITE else want.truth
    place = first_place(case, name, wrong, array, shown)
    got, wanted = _pair(place.got, place.wanted)
    far = ""
    if layer is Layer.VALUE:
        error = float(abs(array[place.index].astype(want.truth.dtype) - want.truth[place.index]))
        far = f"off by {error:.2g}; {want.tolerance:.2g} is allowed; "
    return Mismatch(
        layer,
        f"{prefix}{name} is {got} {words(place)}, but should be {wanted} "
        f"({far}{place.wrong} of {place.size} numbers are wrong)",
        place,
    )


def _pair(got: float, wanted: float) -> tuple[str, str]:
    """Two numbers with as many digits as it takes to tell them apart."""
    for digits in (6, 10, 17):
        pair = (f"{got:.{digits}g}", f"{wanted:.{digits}g}")
        if pair[0] != pair[1]:
            return pair
    return pair
