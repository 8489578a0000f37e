"""The shapes of a case's arrays, as torch has them (contract: sections 1.2 and 2.1)."""

from __future__ import annotations

from conformance.case import Case

Shape = tuple[int, ...]


def parameter_shapes(case: Case) -> dict[str, Shape]:
    """The shape of every parameter by torch's name, in torch's order."""
    shapes: dict[str, Shape] = {}
    for layer in range(case.num_layers):
        width = case.input_size if layer == 0 else case.directions * case.hidden_size
        for suffix in ("", "_reverse")[: case.directions]:
            shapes[f"weight_ih_l{layer}{suffix}"] = (case.hidden_size, width)
            shapes[f"weight_hh_l{layer}{suffix}"] = (case.hidden_size, case.hidden_size)
            if case.bias:
                shapes[f"bias_ih_l{layer}{suffix}"] = (case.hidden_size,)
                shapes[f"bias_hh_l{layer}{suffix}"] = (case.hidden_size,)
    return shapes


def input_shape(case: Case) -> Shape:
    """The shape of a right input."""
    return _sequence_shape(case, case.input_size)


def output_shape(case: Case) -> Shape:
    """The shape of output."""
    return _sequence_shape(case, case.directions * case.hidden_size)


def state_shape(case: Case) -> Shape:
    """The shape of h_0 and h_n; batch_first does not apply to them."""
    rows = case.num_layers * case.directions
    return (rows, case.hidden_size) if case.batch_size is None else (rows, case.batch_size, case.hidden_size)


def multiply_adds(case: Case) -> int:
    """How many multiply-adds one forward pass takes."""
    weights = (shape for name, shape in parameter_shapes(case).items() if name.startswith("weight"))
    per_step = sum(rows * columns for rows, columns in weights)
    return per_step * case.seq_len * (1 if case.batch_size is None else case.batch_size)


def parse_shape(text: str) -> Shape:
    """Read a shape such as 7x5x9; "scalar" has no axes."""
    return () if text == "scalar" else tuple(int(size) for size in text.split("x"))


def _sequence_shape(case: Case, features: int) -> Shape:
    if case.batch_size is None:
        return (case.seq_len, features)
    if case.batch_first:
        return (case.batch_size, case.seq_len, features)
    return (case.seq_len, case.batch_size, features)
