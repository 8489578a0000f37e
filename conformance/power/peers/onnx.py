"""ONNX: the six node cases of its operator RNN, which every backend of ONNX runs.

Facts: onnx/onnx at f754691, onnx/backend/test/case/node/rnn.py, and the runner's assert_similar_outputs.

All in float32, forward alone, compared in shape, dtype and at rtol 1e-3, atol 1e-7. In five of six all weights of a
direction are equal; only the case with random ones (seed 0, whose numbers NumPy still gives) has a recurrent bias. Only
the batchwise case looks at Y, the others at Y_h. No case passes initial_h, none has relu.

The operator has one layer. A layout of 1 is batch_first, but it goes for the states too: undone here. Without B there
is no bias. torch has no network of the reverse direction alone, so that case looks at the reverse half of two
directions.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from conformance.arguments import Array
from conformance.case import Case
from conformance.power.peers.drawing import Drawing
from conformance.power.peers.peer import Closeness, Look, Peer, PeerCall, PeerCase, formed

_LAYOUT = "its layout goes for the states too"
_OUTSIDE = {
    "batch-first-applied-to-hn": _LAYOUT,
    "batch-first-applied-to-h0": _LAYOUT,
    "directions-interleaved-without-transpose": "its Y has an axis for the directions",
}


def _form(case: Case) -> Case | None:
    """A batch and one layer, without gradients."""
    return formed(case, asks="values", num_layers=1)


def _counted(*shape: int) -> Array:
    """1, 2, 3 and so on."""
    return np.arange(1, np.prod(shape) + 1, dtype=np.float32).reshape(shape)


def _equal(hidden_size: int, input_size: int, *values: float) -> dict[str, Array]:
    """Weights of which all numbers of a direction are equal, for as many directions as values."""
    found = {}
    for value, suffix in zip(values, ("", "_reverse"), strict=False):
        found[f"weight_ih_l0{suffix}"] = np.full((hidden_size, input_size), value, np.float32)
        found[f"weight_hh_l0{suffix}"] = np.full((hidden_size, hidden_size), value, np.float32)
    return found


def _random() -> dict[str, Array]:
    """Random parameters: weights, then biases."""
    drawing = Drawing(0)
    shapes = {"weight_ih_l0": (5, 3), "weight_hh_l0": (5, 5), "bias_ih_l0": (5,), "bias_hh_l0": (5,)}
    return {name: drawing.normal(*shape) for name, shape in shapes.items()}


def _reverse_half(h_n: Array) -> Array:
    """The reverse direction's state."""
    found: Array = h_n[1]
    return found


def _case(name: str, input: Array, parameters: dict[str, Array], *looks: Look, **arguments: Any) -> PeerCase:  # noqa: A002
    """One node case; h_n is looked at unless something else is."""
    sizes = parameters["weight_ih_l0"].shape[::-1]
    biased = {} if "bias_ih_l0" in parameters else {"bias": False}
    return PeerCase(
        name=name,
        sizes=(sizes[0], sizes[1]),
        arguments=biased | arguments,
        parameters=parameters,
        calls=(PeerCall(input=input, looks=looks or (Look(tensor="h_n"),)),),
    )


_BIASES = {"bias_ih_l0": np.full(5, 0.1, np.float32), "bias_hh_l0": np.zeros(5, np.float32)}

ONNX = Peer(
    name="ONNX's six RNN cases",
    source="onnx/onnx at f754691, onnx/backend/test/case/node/rnn.py",
    closeness=Closeness(rtol=1e-3, atol=1e-7, dtype=True),
    cases=(
        _case("defaults", _counted(1, 3, 2), _equal(4, 2, 0.1)),
        _case("with_initial_bias", _counted(1, 3, 3), _equal(5, 3, 0.1) | _BIASES),
        _case("seq_length", _counted(2, 3, 3), _random()),
        _case(
            "batchwise",
            _counted(3, 1, 2),
            _equal(4, 2, 0.5),
            Look(tensor="output"),
            Look(tensor="h_n"),
            batch_first=True,
        ),
        _case(
            "reverse",
            _counted(3, 1, 2),
            _equal(4, 2, 0.1, 0.1),
            Look(tensor="h_n", view=_reverse_half),
            bidirectional=True,
        ),
        _case("bidirectional", _counted(3, 1, 2), _equal(4, 2, 0.5, 2.0), bidirectional=True),
    ),
    form=_form,
    outside=_OUTSIDE,
)
