"""dlsys: homework 4 of CMU 10-714, "Deep Learning Systems", in which students write an RNN like torch's.

Facts: dlsyscourse/hw4 at f12d0b7, tests/hw4/test_sequence_models.py (test_rnn, submit_rnn).

- Visible: 256 cases on the CPU in float32, every combination of two values for each of eight settings. Input and h_0
  are normal, parameters torch's own. Output and h_n are compared, and the gradient of the first layer's weight_ih
  alone, for an upstream gradient of ones; everything at 1e-5. Its sweep of the cell looks at nothing that the cases of
  one step and one layer do not look at.
- Hidden: one cell and one network of three layers. The first 64 numbers of the state, of h_n and of output are sent to
  a server, and the last layer's gradient of weight_hh. The server's tolerance is not public; the visible one is taken.

Students store weights transposed, which is undone here.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from conformance.arguments import Array
from conformance.case import Case
from conformance.power.peers.drawing import Drawing
from conformance.power.peers.peer import Closeness, Look, Peer, PeerCall, PeerCase, formed

_SEED = 3
#: How many numbers of an array the hidden part sends.
_SENT = 64
_OUTSIDE = dict.fromkeys(("computes-in-float32", "returns-wrong-dtype"), "its arrays are all float32")


def _form(case: Case) -> Case | None:
    """A batch, time first, one direction."""
    return formed(case, batch_first=False, bidirectional=False)


def _visible() -> Iterator[PeerCase]:
    """The sweep, settings in the order of its test's arguments."""
    drawing = Drawing(_SEED)
    for seq_len, num_layers, batch_size, input_size, hidden_size, bias, given, nonlinearity in itertools.product(
        (1, 13), (1, 2), (1, 15), (1, 11), (1, 12), (True, False), (True, False), ("tanh", "relu")
    ):
        h_0 = drawing.normal(num_layers, batch_size, hidden_size)
        call = PeerCall(
            input=drawing.normal(seq_len, batch_size, input_size),
            h_0=h_0 if given else None,
            upstream=np.ones((seq_len, batch_size, hidden_size), np.float32),
            looks=(Look(tensor="h_n"), Look(tensor="output"), Look(tensor="weight_ih_l0")),
        )
        sizes = f"{seq_len}-{num_layers}-{batch_size}-{input_size}-{hidden_size}"
        yield PeerCase(
            name=f"test_rnn[{sizes}-{bias}-{given}-{nonlinearity}]",
            sizes=(input_size, hidden_size),
            arguments={"num_layers": num_layers, "bias": bias, "nonlinearity": nonlinearity},
            parameters=drawing.parameters(input_size, hidden_size, num_layers, bias=bias),
            calls=(call,),
        )


def _sent(values: Array) -> Array:
    """What the hidden part sends of an array."""
    return values.flatten()[:_SENT]


def _hidden() -> Iterator[PeerCase]:
    """The cell, as one step of a network, and the network of three layers; of the cell's one state output is taken."""
    drawing = Drawing(_SEED)
    for name, seq_len, num_layers in (("cell", 1, 1), ("network", 7, 3)):
        last = Look(tensor=f"weight_hh_l{num_layers - 1}", view=_sent)
        states = (Look(tensor="h_n", view=_sent),) if name == "network" else ()
        call = PeerCall(
            input=drawing.normal(seq_len, 6, 3),
            h_0=drawing.normal(num_layers, 6, 5),
            upstream=np.ones((seq_len, 6, 5), np.float32),
            looks=(*states, Look(tensor="output", view=_sent), last),
        )
        yield PeerCase(
            name=f"submit_rnn, the {name}",
            sizes=(3, 5),
            arguments={"num_layers": num_layers} if num_layers > 1 else {},
            parameters=drawing.parameters(3, 5, num_layers),
            calls=(call,),
        )


_SOURCE = "dlsyscourse/hw4 at f12d0b7, tests/hw4/test_sequence_models.py"
_CLOSENESS = Closeness(rtol=1e-5, atol=1e-5)

DLSYS_VISIBLE = Peer(
    name="dlsys hw4, visible",
    source=f"{_SOURCE}, test_rnn",
    closeness=_CLOSENESS,
    cases=tuple(_visible()),
    form=_form,
    outside=_OUTSIDE,
)

DLSYS_HIDDEN = Peer(
    name="dlsys hw4, hidden",
    source=f"{_SOURCE}, submit_rnn",
    closeness=_CLOSENESS,
    cases=tuple(_hidden()),
    form=_form,
    outside=_OUTSIDE,
)
