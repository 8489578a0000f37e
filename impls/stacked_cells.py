"""Stacked tanh cells, time outside and layers inside, forward and backward in NumPy.

Every cell keeps one state (H, B), features before samples, and reads the state that the cell below it has just made.
A sequence is x (T, B, I); output is (T, H, B) and hidden, the last states, (L, H, B).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Cell:
    """One cell's weights, W_ih (H, n) and W_hh (H, H), and its bias (H, 1), or one zero (1, 1) for none."""

    w_ih: Array
    w_hh: Array
    bias: Array

    def step(self, below: Array, state: Array) -> Array:
        """The next state (H, B), from what the cell reads (n, B) and its own state (H, B)."""
        return np.tanh(self.w_ih @ below + self.w_hh @ state + self.bias)


@dataclass(frozen=True)
class Trace:
    """What the way back needs of one stack: its cells, what it read (T, n, B), and its states (T+1, L, H, B)."""

    cells: Sequence[Cell]
    x: Array
    states: Array

    def read_by(self, layer: int) -> Array:
        """What a layer read: (T, n, B)."""
        return self.x if layer == 0 else self.states[1:, layer - 1]


def run_stack(x: Array, cells: Sequence[Cell], hidden: Array) -> Trace:
    """Every step of a sequence (T, n, B) through a stack that starts from hidden (L, H, B)."""
    states = np.empty((len(x) + 1, *hidden.shape), hidden.dtype)
    states[0] = hidden
    for t, below in enumerate(x):
        for layer, cell in enumerate(cells):
            below = states[t + 1, layer] = cell.step(below, states[t, layer])  # noqa: PLW2901 -- up through the stack
    return Trace(cells, x, states)


def run_stack_back(trace: Trace, grad_output: Array, grad_hidden: Array) -> tuple[Array, Array, list[Cell]]:
    """Back through a stack: the gradients of what it read, of where it started, and of its cells.

    A state's gradient has two parts: from the cell above it (for the top cell: grad_output (T, H, B)), and from its own
    next step (for the last: grad_hidden (L, H, B)).
    """
    carry, grad_x = grad_hidden.copy(), np.empty_like(trace.x)
    da = np.empty_like(trace.states[1:])
    slopes = 1 - trace.states[1:] ** 2
    for t in reversed(range(len(grad_x))):
        down = grad_output[t]
        for layer in reversed(range(len(trace.cells))):
            cell = trace.cells[layer]
            da[t, layer] = slopes[t, layer] * (down + carry[layer])
            carry[layer] = cell.w_hh.T @ da[t, layer]
            down = cell.w_ih.T @ da[t, layer]
        grad_x[t] = down
    return grad_x, carry, [_cell_gradients(trace, da[:, layer], layer) for layer in range(len(trace.cells))]


def _cell_gradients(trace: Trace, da: Array, layer: int) -> Cell:
    """The gradients of one cell, each a sum over all steps and samples; da is (T, H, B)."""
    both = ([0, 2], [0, 2])
    w_ih = np.tensordot(da, trace.read_by(layer), both)
    w_hh = np.tensordot(da, trace.states[:-1, layer], both)
    return Cell(w_ih, w_hh, da.sum(axis=(0, 2))[:, np.newaxis])


def rnn(
    x: Array, cells: Sequence[Cell], hidden: Array | None = None, bidirectional: bool = False
) -> tuple[Array, Array, list[Trace]]:
    """Output (T, D*H, B), the last states (L*D, H, B) and what the way back needs, of x (T, B, I).

    hidden (L*D, H, B) is where the cells start, zeros if it is left out. Both directions' cells stand layer by layer,
    forward first. The reverse one ends at time step 0, so the layer above can't begin before the whole sequence is
    through: then each direction of each layer is a stack of one cell, and only a single direction goes step by step.
    """
    sequence = x.transpose(0, 2, 1)
    if hidden is None:
        hidden = np.zeros((len(cells), len(cells[0].w_hh), x.shape[1]), x.dtype)
    if not bidirectional:
        trace = run_stack(sequence, cells, hidden)
        return trace.states[1:, -1].copy(), trace.states[-1].copy(), [trace]
    traces = []
    for i in range(0, len(cells), 2):
        forward = run_stack(sequence, cells[i : i + 1], hidden[i : i + 1])
        reverse = run_stack(sequence[::-1], cells[i + 1 : i + 2], hidden[i + 1 : i + 2])
        traces += [forward, reverse]
        sequence = np.concatenate([forward.states[1:, 0], reverse.states[:0:-1, 0]], axis=1)
    return sequence, np.concatenate([trace.states[-1] for trace in traces]), traces


def rnn_backward(
    traces: Sequence[Trace], grad_output: Array, grad_hidden: Array, bidirectional: bool = False
) -> tuple[Array, Array, list[Cell]]:
    """The gradients of x (T, B, I), hidden and the cells, from those of output (T, D*H, B) and the last states."""
    if not bidirectional:
        grad_x, grad_start, cells = run_stack_back(traces[0], grad_output, grad_hidden)
        return grad_x.transpose(0, 2, 1), grad_start, cells
    size, starts, cells = grad_hidden.shape[1], [], []
    for i in reversed(range(0, len(traces), 2)):
        forward, reverse = (
            run_stack_back(traces[i], grad_output[:, :size], grad_hidden[i : i + 1]),
            run_stack_back(traces[i + 1], grad_output[::-1, size:], grad_hidden[i + 1 : i + 2]),
        )
        # Both read the same; what the reverse direction hands down is in its own order of time.
        grad_output = forward[0] + reverse[0][::-1]
        starts, cells = [forward[1], reverse[1], *starts], [*forward[2], *reverse[2], *cells]
    return grad_output.transpose(0, 2, 1), np.concatenate(starts), cells


class RNN:
    """The stack under torch's names: tanh, batched, and samples before features as torch has them."""

    def __init__(
        self, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True, bidirectional: bool = False
    ) -> None:
        self.input_size, self.hidden_size, self.bias, self.bidirectional = input_size, hidden_size, bias, bidirectional
        suffixes = ("", "_reverse") if bidirectional else ("",)
        self.names = [f"l{layer}{suffix}" for layer in range(num_layers) for suffix in suffixes]

    def load_state_dict(self, state: Mapping[str, Array]) -> None:
        """Make a cell of each layer and direction; torch's two biases are one here."""
        self.cells = []
        for name in self.names:
            w_ih, w_hh = state[f"weight_ih_{name}"], state[f"weight_hh_{name}"]
            both = state[f"bias_ih_{name}"] + state[f"bias_hh_{name}"] if self.bias else np.zeros(1, w_hh.dtype)
            self.cells.append(Cell(w_ih, w_hh, both[:, np.newaxis]))

    def forward(self, input: Array, h_0: Array | None = None) -> tuple[Array, Array]:  # noqa: A002 -- torch's name
        """Output (T, B, D*H) and h_n (L*D, B, H) of input (T, B, I) and h_0 (L*D, B, H)."""
        if input.ndim == 2:  # noqa: PLR2004 -- (T, I)
            raise NotImplementedError("unbatched input: x is (T, B, I)")
        self.h_0_given = h_0 is not None
        hidden = None if h_0 is None else h_0.transpose(0, 2, 1)
        output, hidden, self.traces = rnn(input, self.cells, hidden, self.bidirectional)
        return output.transpose(0, 2, 1), hidden.transpose(0, 2, 1)

    def backward(self, grad_output: Array, grad_h_n: Array) -> dict[str, Array]:
        """Gradients by torch's names of the latest forward; both biases have the one bias's."""
        upstream = (grad_output.transpose(0, 2, 1), grad_h_n.transpose(0, 2, 1))
        grad_x, grad_start, cells = rnn_backward(self.traces, *upstream, self.bidirectional)
        found = {"input": grad_x} | ({"h_0": grad_start.transpose(0, 2, 1)} if self.h_0_given else {})
        for name, cell in zip(self.names, cells, strict=True):
            found |= {f"weight_ih_{name}": cell.w_ih, f"weight_hh_{name}": cell.w_hh}
            if self.bias:
                found |= {f"bias_{kind}_{name}": cell.bias[:, 0].copy() for kind in ("ih", "hh")}
        return found
