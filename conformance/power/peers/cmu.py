"""CMU: homework 3, part 1 of CMU 11-785, "Introduction to Deep Learning": an RNN cell and a classifier of two layers.

Facts: HDLiter-Self-Study/CMU-11785 at 66cfb85, my_solutions/HW3P1/autograder/hw3_autograder/test_rnn.py
(test_rnncell_forward, test_rnncell_backward, test_rnn_classifier); shuyanwang/11785HW at 7653a90 has the same.

- The cell, forward: five sizes; it is called once a time step and handed its own state; rtol 1e-3.
- The cell, backward: called twice; the gradients of input and state of each call, and the parameters' of both calls
  added up and averaged over the batch; rtol 1e-4.
- The classifier, batch first, two layers, no h_0: the logits that a linear layer makes of the last step; then, for a
  mean cross-entropy, the gradient of h_0 (rtol 1e-4) and of every parameter (rtol 1e-3).

np.allclose compares, at its own atol of 1e-8, and broadcasts shapes. The cell is one step of a network here, its one
state what output holds; backward belongs to a forward, so that its state is a true one and not any random array.
Averages and sums are taken of what a network of the contract returns. Only rounding in float32 separates torch's
numbers there from the float64 ones that students compute and that are taken here.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from conformance.arguments import Array
from conformance.case import Case
from conformance.power.peers.drawing import Drawing
from conformance.power.peers.peer import Closeness, Look, Peer, PeerCall, PeerCase, formed
from conformance.reference import RNN

_SEED = 11785
_CELL = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
_OUTSIDE = {
    "grad-averaged-over-batch": "it asks for averages",
    "grad-accumulated-between-calls": "it asks for sums over calls",
    "returns-output-only": "it asks for one array",
    "grad-output-last-step-only": "its loss has the last step alone",
    **dict.fromkeys(
        ("grad-hn-ignored", "hn-last-layer-only", "hn-without-layer-axis", "batch-first-applied-to-hn"),
        "it hands out no h_n",
    ),
    **dict.fromkeys(
        (
            "output-aliases-last-state",
            "output-includes-h0",
            "output-trailing-axis",
            "features-before-batch",
            "squeeze-drops-size-one-axes",
            "batch-first-output-not-restored",
        ),
        "it hands out no sequence, only what a layer makes of the last state",
    ),
    **dict.fromkeys(
        ("computes-in-float32", "returns-wrong-dtype"),
        "it holds float64 to numbers of float32",
    ),
}


def _form(case: Case) -> Case | None:
    """A batch, batch first, one direction, tanh, with biases."""
    return formed(case, batch_first=True, bidirectional=False, nonlinearity="tanh", bias=True)


def _cell_forward() -> Iterator[PeerCase]:
    """A loop over a cell, in five sizes."""
    drawing = Drawing(_SEED, np.float64)
    for size in range(1, 6):
        batch_size = seq_len = input_size = 2 * size
        parameters = drawing.parameters(input_size, 3 * size, 1)
        steps = [drawing.normal(batch_size, 1, input_size) for _ in range(seq_len)]
        looks = (Look(tensor="output", view=np.ravel, rtol=1e-3),)
        first = PeerCall(input=steps[0], h_0=drawing.normal(1, batch_size, 3 * size), looks=looks)
        yield PeerCase(
            name=f"cell, forward, size {size}",
            sizes=(input_size, 3 * size),
            arguments={"batch_first": True},
            parameters=parameters,
            cell=True,
            calls=(first, *(PeerCall(input=step, carried=True, looks=looks) for step in steps[1:])),
        )


def _cell_backward() -> PeerCase:
    """A cell, twice."""
    drawing = Drawing(_SEED, np.float64)
    parameters = drawing.parameters(10, 20, 1)
    own = (Look(tensor="input"), Look(tensor="h_0"))
    added = tuple(Look(tensor=name, view=lambda values: values / 3, summed=True) for name in _CELL)
    calls = tuple(
        PeerCall(
            input=drawing.normal(3, 1, 10),
            h_0=drawing.normal(1, 3, 20),
            upstream=drawing.normal(3, 1, 20),
            looks=looks,
        )
        for looks in (own, own + added)
    )
    return PeerCase(
        name="cell, backward",
        sizes=(10, 20),
        arguments={"batch_first": True},
        parameters=parameters,
        calls=calls,
        cell=True,
    )


def _classifier() -> Iterator[PeerCase]:
    """The classifier: called without h_0, and once more with zeros, since only then there is a gradient of h_0."""
    drawing = Drawing(_SEED, np.float64)
    x, labels = drawing.normal(5, 10, 40), drawing.labels(138, 5)
    parameters = drawing.parameters(40, 32, 2)
    weight, bias = drawing.uniform(32**-0.5, 138, 32), drawing.uniform(32**-0.5, 138)

    def logits(output: Array) -> Array:
        found: Array = output[:, -1] @ weight.T + bias
        return found

    upstream = _cross_entropy_gradient(logits(_output(x, parameters)), labels) @ weight
    every = tuple(Look(tensor=name, rtol=1e-3) for name in parameters)
    for name, h_0, looks in (
        ("classifier", None, (Look(tensor="output", view=logits, rtol=1e-3), *every)),
        ("classifier, the initial state", np.zeros((2, 5, 32)), (Look(tensor="h_0"),)),
    ):
        at_the_end = np.zeros((5, 10, 32))
        at_the_end[:, -1] = upstream
        call = PeerCall(input=x, h_0=h_0, upstream=at_the_end, looks=looks)
        yield PeerCase(
            name=name,
            sizes=(40, 32),
            arguments={"num_layers": 2, "batch_first": True},
            parameters=parameters,
            calls=(call,),
        )


def _output(x: Array, parameters: dict[str, Array]) -> Array:
    """The output of the classifier's network."""
    network = RNN(40, 32, 2, batch_first=True)
    network.load_state_dict(parameters)
    return network.forward(x)[0]


def _cross_entropy_gradient(logits: Array, labels: Array) -> Array:
    """The gradient of the mean cross-entropy by the logits (N, classes)."""
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    wanted = np.arange(logits.shape[1]) == labels[:, np.newaxis]
    found: Array = (shares - wanted) / len(labels)
    return found


CMU = Peer(
    name="CMU 11-785 hw3p1",
    source="HDLiter-Self-Study/CMU-11785 at 66cfb85, my_solutions/HW3P1/autograder/hw3_autograder/test_rnn.py",
    closeness=Closeness(rtol=1e-4, atol=1e-8, array=False, shape=False),
    cases=(*_cell_forward(), _cell_backward(), *_classifier()),
    form=_form,
    outside=_OUTSIDE,
)
