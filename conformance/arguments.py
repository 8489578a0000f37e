"""The arrays of one case: input, h_0, parameters and upstream gradients, drawn from the case alone."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from conformance.case import Case
from conformance.memory_layout import Layout, lay_out
from conformance.number_source import NumberSource, rounded
from conformance.shapes import input_shape, output_shape, parameter_shapes, parse_shape, state_shape
from conformance.special_value import put

__all__ = [
    "Arguments", "Array", "draw", "draw_second", "draw_third", "input_shape", "output_shape", "parameter_shapes",
    "parse_shape", "state_shape",
]  # fmt: skip

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Arguments:
    """What an implementation is handed; equal on every platform and in every process.

    Shapes are torch's: input (T, B, I), (B, T, I) or (T, I); h_0 and grad_h_n (L*D, B, H) or (L*D, H); grad_output as
    output. `parameters` are named as in torch's state_dict, in torch's order. `input` and `h_0` are arrays except in
    validation cases, where a wrong type may be the point; `layout` is how they lie in memory in every copy.
    """

    input: Any
    h_0: Any
    parameters: dict[str, Array]
    grad_output: Array
    grad_h_n: Array
    layout: Layout = "contiguous"

    def astype(self, dtype: Any) -> Arguments:
        """Fresh, writable copies in another dtype."""
        return self._map(lambda array: array.astype(dtype))

    def copy(self) -> Arguments:
        """Fresh, writable copies: in C order, but input and h_0 in the layout."""
        return self._map(lambda array: array)

    def _map(self, change: Callable[[Array], Array]) -> Arguments:
        """Apply one change to every array and copy it."""
        return Arguments(
            input=_copied(self.input, change, self.layout),
            h_0=_copied(self.h_0, change, self.layout),
            parameters={name: _copied(array, change) for name, array in self.parameters.items()},
            grad_output=_copied(self.grad_output, change),
            grad_h_n=_copied(self.grad_h_n, change),
            layout=self.layout,
        )


def draw(case: Case, seed: int, redraw: int = 0) -> Arguments:
    """Draw the arrays of a case from the run's seed, the case's id and the number of earlier draws set aside."""
    source = NumberSource(f"{seed}|{case.id}|{redraw}")
    parameters = {name: _parameter(case, source, name, shape) for name, shape in parameter_shapes(case).items()}
    return _call_arguments(case, source, parameters)


def draw_second(case: Case, first: Arguments, seed: int, redraw: int = 0) -> tuple[Case, Arguments]:
    """The second call of a case that makes several: same parameters, other data, one more sequence in the batch.

    An unbatched case is given one more time step instead.
    """
    if case.batch_size is None:
        second = dataclasses.replace(case, seq_len=case.seq_len + 1, calls="one")
    else:
        second = dataclasses.replace(case, batch_size=case.batch_size + 1, calls="one")
    source = NumberSource(f"{seed}|{case.id}|{redraw}|second")
    return second, _call_arguments(second, source, first.parameters)


def draw_third(case: Case, first: Arguments, seed: int, redraw: int = 0) -> tuple[Case, Arguments]:
    """The last call of a case that makes several: same parameters and shapes, other numbers, and no h_0."""
    third = dataclasses.replace(case, h_0="absent", calls="one")
    return third, _call_arguments(third, NumberSource(f"{seed}|{case.id}|{redraw}|third"), first.parameters)


def _call_arguments(case: Case, source: NumberSource, parameters: dict[str, Array]) -> Arguments:
    """Everything but the parameters, in the case's dtype, wrong where a validation case asks for it."""
    return Arguments(
        input=_input(case, source),
        h_0=_h_0(case, source),
        parameters=parameters,
        grad_output=_grad_output(case, source).astype(case.dtype),
        grad_h_n=_grad_h_n(case, source).astype(case.dtype),
        layout=case.layout,
    )


def _input(case: Case, source: NumberSource) -> Any:
    """Input of unit variance times input_scale; where the case asks so, zero after the first step, or with a NaN."""
    if case.input_type == "none":
        return None
    shape = input_shape(case) if case.input_shape is None else parse_shape(case.input_shape)
    values = source.uniform("input", shape) * (math.sqrt(3) * case.input_scale)
    if case.input_steps == "first":
        _time_first(case, values)[1:] = 0
    values = rounded(values, case.digits)
    if case.input_special != "none":
        put(_time_first(case, values), case.input_special, case.special_step)
    return np.asarray(values, dtype=case.input_dtype or case.dtype)


def _h_0(case: Case, source: NumberSource) -> Any:
    """A random initial state, or None."""
    if case.h_0 == "absent":
        return None
    shape = state_shape(case) if case.h_0_shape is None else parse_shape(case.h_0_shape)
    drawn = rounded(source.uniform("h_0", shape) * case.h_0_scale, case.digits)
    if case.h_0_special != "none":
        put(drawn, case.h_0_special, "first")
    values = np.asarray(drawn, dtype=case.h_0_dtype or case.dtype)
    return (values, values.copy()) if case.h_0_type == "tuple" else values


def _parameter(case: Case, source: NumberSource, name: str, shape: tuple[int, ...]) -> Array:
    """Uniform within 1/sqrt(hidden_size), as torch initialises every parameter, biases too."""
    if name.startswith("bias"):
        return _bias(case, source, name, shape).astype(case.dtype)
    if name.startswith("weight_hh") and case.weight_hh != "random":
        return (np.eye(shape[0]) if case.weight_hh == "identity" else np.zeros(shape)).astype(case.dtype)
    values = source.uniform(name, shape) * (case.weight_scale / math.sqrt(case.hidden_size))
    return rounded(values, case.digits).astype(case.dtype)


def _bias(case: Case, source: NumberSource, name: str, shape: tuple[int, ...]) -> Array:
    """Any b_ih and b_hh, or a b_hh that cancels b_ih, or both on one side of zero."""
    opposite = case.biases == "opposite" and name.startswith("bias_hh")
    drawn = source.uniform(name.replace("_hh", "_ih") if opposite else name, shape)
    values = rounded(drawn * (case.bias_scale / math.sqrt(case.hidden_size)), case.digits)
    if case.biases in ("positive", "negative"):
        values = np.abs(values)
    return 0 - values if opposite or case.biases == "negative" else values  # 0 - 0 is no -0.0


def _grad_output(case: Case, source: NumberSource) -> Array:
    """The upstream gradient of output; zero where the case asks for none."""
    values = source.uniform("grad_output", output_shape(case)) * (math.sqrt(3) * case.upstream_scale)
    if case.upstream in ("h_n", "zero"):
        values[...] = 0
    if case.upstream == "last_step":
        _time_first(case, values)[:-1] = 0
    return rounded(values, case.digits)


def _grad_h_n(case: Case, source: NumberSource) -> Array:
    """The upstream gradient of h_n; zero where the case asks for none."""
    values = source.uniform("grad_h_n", state_shape(case)) * (math.sqrt(3) * case.upstream_scale)
    if case.upstream in ("output", "last_step", "zero"):
        values[...] = 0
    if case.upstream_row is not None:
        values[np.arange(len(values)) != case.upstream_row] = 0
    return rounded(values, case.digits)


def _time_first(case: Case, values: Array) -> Array:
    """A view with the time axis first."""
    return values.swapaxes(0, 1) if case.batch_first and case.batched else values


def _copied(value: Any, change: Callable[[Array], Array], layout: Layout = "contiguous") -> Any:
    """A fresh, changed copy of an array, or of a tuple of arrays; anything else as it is."""
    if isinstance(value, tuple):
        return tuple(_copied(item, change, layout) for item in value)
    return lay_out(change(value), layout) if isinstance(value, np.ndarray) else value
