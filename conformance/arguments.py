"""The arrays of one case: input, h_0, parameters and upstream gradients, drawn from the case alone."""

from __future__ import annotations

import dataclasses
import hashlib
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from conformance.case import Case

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Arguments:
    """What an implementation is handed; equal on every platform and in every process.

    Shapes are torch's: input (T, B, I), (B, T, I) or (T, I); h_0 and grad_h_n (L*D, B, H) or (L*D, H); grad_output as
    output. `parameters` are named as in torch's state_dict, in torch's order. `input` and `h_0` are arrays except in
    validation cases, where a wrong type may be the point.
    """

    input: Any
    h_0: Any
    parameters: dict[str, Array]
    grad_output: Array
    grad_h_n: Array

    def astype(self, dtype: Any) -> Arguments:
        """Fresh, writable C-order copies in another dtype."""
        convert = lambda a: np.array(a, dtype=dtype, order="C") if isinstance(a, np.ndarray) else a  # noqa: E731
        return self._map(convert)

    def copy(self) -> Arguments:
        """Fresh, writable C-order copies."""
        return self._map(_copied)

    def _map(self, change: Any) -> Arguments:
        """Apply one change to every array."""
        return Arguments(
            input=change(self.input),
            h_0=change(self.h_0),
            parameters={name: change(array) for name, array in self.parameters.items()},
            grad_output=change(self.grad_output),
            grad_h_n=change(self.grad_h_n),
        )


def draw(case: Case, seed: int, redraw: int = 0) -> Arguments:
    """Draw the arrays of a case from the run's seed, the case's id and the number of earlier draws set aside."""
    source = _Source(f"{seed}|{case.id}|{redraw}")
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
    source = _Source(f"{seed}|{case.id}|{redraw}|second")
    return second, _call_arguments(second, source, first.parameters)


def draw_third(case: Case, first: Arguments, seed: int, redraw: int = 0) -> tuple[Case, Arguments]:
    """The last call of a case that makes several: same parameters and shapes, other numbers, and no h_0."""
    third = dataclasses.replace(case, h_0="absent", calls="one")
    return third, _call_arguments(third, _Source(f"{seed}|{case.id}|{redraw}|third"), first.parameters)


def parameter_shapes(case: Case) -> dict[str, tuple[int, ...]]:
    """The shape of every parameter by torch's name, in torch's order (contract: section 1.2)."""
    shapes: dict[str, tuple[int, ...]] = {}
    for layer in range(case.num_layers):
        width = case.input_size if layer == 0 else case.directions * case.hidden_size
        for suffix in ("", "_reverse")[: case.directions]:
            shapes[f"weight_ih_l{layer}{suffix}"] = (case.hidden_size, width)
            shapes[f"weight_hh_l{layer}{suffix}"] = (case.hidden_size, case.hidden_size)
            if case.bias:
                shapes[f"bias_ih_l{layer}{suffix}"] = (case.hidden_size,)
                shapes[f"bias_hh_l{layer}{suffix}"] = (case.hidden_size,)
    return shapes


def input_shape(case: Case) -> tuple[int, ...]:
    """The shape of a right input."""
    return _sequence_shape(case, case.input_size)


def output_shape(case: Case) -> tuple[int, ...]:
    """The shape of output."""
    return _sequence_shape(case, case.directions * case.hidden_size)


def state_shape(case: Case) -> tuple[int, ...]:
    """The shape of h_0 and h_n; batch_first does not apply to them."""
    rows = case.num_layers * case.directions
    return (rows, case.hidden_size) if case.batch_size is None else (rows, case.batch_size, case.hidden_size)


def _sequence_shape(case: Case, features: int) -> tuple[int, ...]:
    if case.batch_size is None:
        return (case.seq_len, features)
    if case.batch_first:
        return (case.batch_size, case.seq_len, features)
    return (case.seq_len, case.batch_size, features)


def _call_arguments(case: Case, source: _Source, parameters: dict[str, Array]) -> Arguments:
    """Everything but the parameters, in the case's dtype, wrong where a validation case asks for it."""
    return Arguments(
        input=_input(case, source),
        h_0=_h_0(case, source),
        parameters=parameters,
        grad_output=_grad_output(case, source).astype(case.dtype),
        grad_h_n=_grad_h_n(case, source).astype(case.dtype),
    )


def _input(case: Case, source: _Source) -> Any:
    """Input of unit variance times input_scale; with input_steps "first", zero after the first time step."""
    if case.input_type == "none":
        return None
    shape = input_shape(case) if case.input_shape is None else parse_shape(case.input_shape)
    values = source.uniform("input", shape) * (math.sqrt(3) * case.input_scale)
    if case.input_steps == "first":
        _time_first(case, values)[1:] = 0
    return np.asarray(values, dtype=case.input_dtype or case.dtype)


def _h_0(case: Case, source: _Source) -> Any:
    """A random initial state, or None."""
    if case.h_0 == "absent":
        return None
    shape = state_shape(case) if case.h_0_shape is None else parse_shape(case.h_0_shape)
    values = np.asarray(source.uniform("h_0", shape) * case.h_0_scale, dtype=case.h_0_dtype or case.dtype)
    return (values, values.copy()) if case.h_0_type == "tuple" else values


def _parameter(case: Case, source: _Source, name: str, shape: tuple[int, ...]) -> Array:
    """Uniform within 1/sqrt(hidden_size), as torch initialises every parameter, biases too."""
    if name.startswith("weight_hh") and case.weight_hh != "random":
        return (np.eye(shape[0]) if case.weight_hh == "identity" else np.zeros(shape)).astype(case.dtype)
    scale = case.bias_scale if name.startswith("bias") else case.weight_scale
    return (source.uniform(name, shape) * (scale / math.sqrt(case.hidden_size))).astype(case.dtype)


def _grad_output(case: Case, source: _Source) -> Array:
    """The upstream gradient of output; zero where the case asks for none."""
    values = source.uniform("grad_output", output_shape(case)) * (math.sqrt(3) * case.upstream_scale)
    if case.upstream in ("h_n", "zero"):
        values[...] = 0
    if case.upstream == "last_step":
        _time_first(case, values)[:-1] = 0
    return values


def _grad_h_n(case: Case, source: _Source) -> Array:
    """The upstream gradient of h_n; zero where the case asks for none."""
    values = source.uniform("grad_h_n", state_shape(case)) * (math.sqrt(3) * case.upstream_scale)
    if case.upstream in ("output", "last_step", "zero"):
        values[...] = 0
    return values


def _time_first(case: Case, values: Array) -> Array:
    """A view with the time axis first."""
    return values.swapaxes(0, 1) if case.batch_first and case.batched else values


def parse_shape(text: str) -> tuple[int, ...]:
    """Read a shape such as 7x5x9; "scalar" has no axes."""
    return () if text == "scalar" else tuple(int(size) for size in text.split("x"))


def _copied(value: Any) -> Any:
    """A fresh copy of an array, or of a tuple of arrays."""
    if isinstance(value, tuple):
        return tuple(_copied(item) for item in value)
    return np.array(value, order="C") if isinstance(value, np.ndarray) else value


class _Source:
    """Uniform numbers from Philox's raw integers.

    NumPy promises a bit generator's stream but not its distributions. Each array has a key of its own, so that one
    array's numbers do not depend on which others are drawn.
    """

    def __init__(self, key: str) -> None:
        self._key = key

    def uniform(self, name: str, shape: tuple[int, ...]) -> Array:
        """Odd multiples of 2**-53 in (-1, 1): exact, symmetric, never zero."""
        digest = hashlib.sha256(f"{self._key}|{name}".encode()).digest()
        raw = np.random.Philox(key=int.from_bytes(digest[:16], "little")).random_raw(math.prod(shape))
        odd = 2 * (np.asarray(raw, dtype=np.uint64) >> np.uint64(11)).astype(np.int64) + 1 - 2**53
        return (odd * 2.0**-53).reshape(shape)
