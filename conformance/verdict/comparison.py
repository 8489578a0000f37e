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

#: A call does not say whose it is, so the sentence speaks of both.
_OF_A_MODULE = " (in a torch.nn.Module: within autograd's reach)"


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
        return Mismatch(Layer.GRADIENT, f"{what} missing, but should be in what backward returns{_OF_A_MODULE}")
    difference = _compare(wanted, {name: gradients[name] for name in names}, "the gradient of ")
    return None if difference is None else Mismatch(Layer.GRADIENT, difference.why, difference.place)


@dataclass(frozen=True)
class _Tensor:
    """One tensor that is an array, beside what was wanted; `name` is what a sentence calls it."""

    case: Case
    key: str
    name: str
    array: Array
    wanted: Wanted


def _compare(wanted: ExpectedCall, found: dict[str, Value], prefix: str) -> Mismatch | None:
    """Type, shape, dtype, finiteness, values: each of every tensor before the next of any."""
    tensors = []
    for key, value in found.items():
        if isinstance(value, NotAnArray):
            return Mismatch(Layer.TYPE, f"{prefix}{key} is {value.description}, but should be a {value.array_type}")
        tensors.append(_Tensor(wanted.case, key, prefix + key, value, wanted.tensors[key]))
    for settle in (_settle_shape, _settle_dtype, _settle_finite, _settle_values):
        for tensor in tensors:
            if mismatch := settle(tensor):
                return mismatch
    return None


def _settle_shape(tensor: _Tensor) -> Mismatch | None:
    got, wanted = tensor.array.shape, tensor.wanted.torch.shape
    if got == wanted:
        return None
    return Mismatch(Layer.SHAPE, f"{tensor.name} is of shape {got}, but should be of shape {wanted}")


def _settle_dtype(tensor: _Tensor) -> Mismatch | None:
    got, wanted = tensor.array.dtype, tensor.wanted.torch.dtype
    return None if got == wanted else Mismatch(Layer.DTYPE, f"{tensor.name} is {got}, but should be {wanted}")


def _settle_finite(tensor: _Tensor) -> Mismatch | None:
    wrong = unlike(tensor.array, tensor.wanted.torch)
    return _number(Layer.FINITE, tensor, wrong, tensor.wanted.torch) if np.any(wrong) else None


def _settle_values(tensor: _Tensor) -> Mismatch | None:
    # Not `errors > tolerance`: that lets NaN through.
    wrong = ~(absolute_errors(tensor.array, tensor.wanted) <= tensor.wanted.tolerance)
    return _number(Layer.VALUE, tensor, wrong, tensor.wanted.truth) if np.any(wrong) else None


def _number(layer: Layer, tensor: _Tensor, wrong: Array, shown: Array) -> Mismatch:
    """The sentence for wrong numbers."""
    place = first_place(tensor.case, tensor.key, wrong, tensor.array, shown)
    got, wanted = told_apart(place.got, place.wanted)
    far = ""
    if layer is Layer.VALUE:
        error = float(absolute_errors(tensor.array, tensor.wanted)[place.index])
        far = f"off by {error:.2g}; {tensor.wanted.tolerance:.2g} is allowed; "
    numbers, are = "number" if place.size == 1 else "numbers", "is" if place.wrong == 1 else "are"
    how_far = f"{far}{place.wrong} of {place.size} {numbers} {are} wrong"
    return Mismatch(layer, f"{tensor.name} is {got} {words(place)}, but should be {wanted} ({how_far})", place)


def told_apart(got: float, wanted: float) -> tuple[str, str]:
    """Two numbers with as many digits as it takes to tell them apart."""
    for digits in (6, 10, 17):
        pair = (f"{got:.{digits}g}", f"{wanted:.{digits}g}")
        if pair[0] != pair[1]:
            return pair
    return pair
