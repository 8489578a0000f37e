"""An answer that can be learned from: output, h_n and gradients, finite arrays of the right shape and dtype."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from conformance.arguments import Array
from conformance.description import describe
from conformance.implementation import Instance
from conformance.observation import NotAnArray, NotGradients, Value, read, read_outputs
from conformance.status import Layer
from conformance.training.learned import Unreadable

_OUTPUTS = ("output", "h_n")


@dataclass(frozen=True)
class Answer:
    """What one call returned, copied."""

    output: Array
    h_n: Array


def read_answer(
    instance: Instance, found: Any, shapes: Mapping[str, tuple[int, ...]], dtype: np.dtype[Any], when: str
) -> Answer | Unreadable:
    """What forward returned, or why nothing can be learned from it; `when` says at which step."""
    values = read_outputs(instance, found)
    if isinstance(values, NotAnArray):
        return _unreadable(Layer.ARITY, "what the call returned", when, values.description, "(output, h_n)")
    if len(values) != len(_OUTPUTS):
        got = f"{len(values)} values"
        return _unreadable(Layer.ARITY, "what the call returned", when, got, "2: (output, h_n)")
    for name, value in zip(_OUTPUTS, values, strict=True):
        if wrong := _wrong(name, value, shapes[name], dtype, when):
            return wrong
    return Answer(*values)  # type: ignore[arg-type]  # both were just seen to be arrays


def read_gradients(
    instance: Instance, found: Any, parameters: Mapping[str, Array], when: str
) -> dict[str, Array] | Unreadable:
    """The parameters' gradients in what backward returned, or why nothing can be learned from it."""
    if not issubclass(type(found), dict):
        # What runs elsewhere has been described where it ran.
        got = found.description if isinstance(found, NotGradients) else describe(found)
        return _unreadable(Layer.GRADIENT, "what backward returned", when, got, "a dict of gradients")
    named = {str.__str__(name): value for name, value in dict.items(found) if issubclass(type(name), str)}
    gradients = {}
    for name, parameter in parameters.items():
        what = f"the gradient of {name}"
        if name not in named:
            return _unreadable(Layer.GRADIENT, what, when, "missing", "in what backward returned")
        value = read(instance, named[name])
        if wrong := _wrong(what, value, parameter.shape, parameter.dtype, when):
            return Unreadable(Layer.GRADIENT, wrong.why)
        gradients[name] = value
    return gradients  # type: ignore[return-value]  # each was just seen to be an array


def _wrong(what: str, value: Value, shape: tuple[int, ...], dtype: np.dtype[Any], when: str) -> Unreadable | None:
    """What keeps one value from being used: its type, its shape, its dtype, or that it is not finite.

    Every number that an honest implementation meets is finite, since torch's losses and parameters are.
    """
    if isinstance(value, NotAnArray):
        return _unreadable(Layer.TYPE, what, when, value.description, f"a {value.array_type}")
    if value.shape != shape:
        return _unreadable(Layer.SHAPE, what, when, f"of shape {value.shape}", f"of shape {shape}")
    if value.dtype != dtype:
        return _unreadable(Layer.DTYPE, what, when, str(value.dtype), str(dtype))
    if not (finite := np.isfinite(value)).all():
        index = tuple(int(i) for i in np.argwhere(~finite)[0])
        return _unreadable(Layer.FINITE, what, when, f"{float(value[index])} at {list(index)}", "finite")
    return None


def _unreadable(layer: Layer, what: str, when: str, got: str, wanted: str) -> Unreadable:
    return Unreadable(layer, f"{what} {when} is {got}, but should be {wanted}")
