"""One function over two packed weight arrays, in NumPy; forward only.

`rnn` takes every weight of the network in two arrays: w0 for the first layer, w for all above it. Each holds W_ih and
W_hh of one direction, and there is one bias, where torch has two that are only ever added to each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

ACTIVATIONS = {"tanh": np.tanh, "relu": lambda a: np.maximum(a, 0)}


def rnn(  # noqa: PLR0913, PLR0917 -- its author's signature
    xs: Array,
    h: Array,
    w0: Array,
    w: Array | None = None,
    b: Array | None = None,
    num_layers: int = 2,
    nonlinearity: str = "tanh",
    dropout: float = 0.0,
    bidirectional: bool = False,
    training: bool = True,
) -> tuple[Array, Array]:
    """Run a whole sequence; returns output (T, B, D*H) and h_n (L*D, B, H), each as torch has it.

    xs is (T, B, I) and h, the initial states, (L, D, B, H). w0 is (D, 2H, I+H): its rows :H and columns :I are W_ih,
    its rows H: and columns I: are W_hh; the other two blocks are never read. w is (L-1, D, H, D*H+H), the columns for
    the layer below first; one layer needs none. b is (L, D, H), or None for no bias. Raises ValueError for a
    nonlinearity that is neither tanh nor relu.
    """
    if nonlinearity not in ACTIVATIONS:
        raise ValueError(f"nonlinearity is {nonlinearity!r}, but should be 'tanh' or 'relu'")
    layer_input, h_n = xs, []
    for layer in range(num_layers):
        halves = []
        for direction in range(2 if bidirectional else 1):
            w_ih, w_hh = _unpack(w0, w, layer, direction, h.shape[-1])
            # One product for all time steps; only the state's own has to wait for the step before.
            a = layer_input @ w_ih.T if b is None else layer_input @ w_ih.T + b[layer, direction]
            states = _scan(a[::-1] if direction else a, h[layer, direction], w_hh, nonlinearity)
            h_n.append(states[-1])
            halves.append(states[::-1] if direction else states)
        layer_input = np.concatenate(halves, axis=2)
        if training and layer < num_layers - 1:
            layer_input = _drop(layer_input, dropout)
    return layer_input, np.stack(h_n)


def _unpack(w0: Array, w: Array | None, layer: int, direction: int, hidden_size: int) -> tuple[Array, Array]:
    """W_ih (H, n) and W_hh (H, H) of one direction of one layer."""
    if layer == 0:
        cell = w0[direction]
        return cell[:hidden_size, :-hidden_size], cell[hidden_size:, -hidden_size:]
    if w is None:
        raise ValueError("w is None, but should hold the weights of every layer above the first")
    cell = w[layer - 1, direction]
    return cell[:, :-hidden_size], cell[:, -hidden_size:]


def _scan(a: Array, h: Array, w_hh: Array, nonlinearity: str) -> Array:
    """The states (T, B, H), in the order of a (T, B, H): what the input adds to each step."""
    activate = ACTIVATIONS[nonlinearity]
    states = np.empty_like(a)
    for t, a_t in enumerate(a):
        h = states[t] = activate(a_t + h @ w_hh.T)
    return states


def _drop(states: Array, dropout: float) -> Array:
    """Zero each number with probability `dropout` and scale the others up, so that their expectation stays."""
    if dropout == 0:
        return states
    kept = np.random.default_rng().random(states.shape) >= dropout
    return states * kept.astype(states.dtype) / np.asarray(1 - dropout or 1, states.dtype)


class RNN:
    """`rnn` under torch's names; its layout has no batch_first and no unbatched form."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        dropout: float = 0.0,
        bidirectional: bool = False,
    ) -> None:
        self.input_size, self.hidden_size, self.num_layers, self.bias = input_size, hidden_size, num_layers, bias
        self.options = {"nonlinearity": nonlinearity, "dropout": dropout, "bidirectional": bidirectional}
        self.suffixes = ("", "_reverse") if bidirectional else ("",)

    def load_state_dict(self, state: Mapping[str, Array]) -> None:
        """Pack torch's parameters; the blocks of w0 that are never read hold NaN, which would show if they were."""
        hidden, width, directions = self.hidden_size, self.input_size, len(self.suffixes)
        dtype = state["weight_ih_l0"].dtype
        self.w0 = np.full((directions, 2 * hidden, width + hidden), np.nan, dtype)
        self.w = np.empty((self.num_layers - 1, directions, hidden, directions * hidden + hidden), dtype)
        self.b = np.empty((self.num_layers, directions, hidden), dtype) if self.bias else None
        for layer in range(self.num_layers):
            for direction, suffix in enumerate(self.suffixes):
                name = f"l{layer}{suffix}"
                w_ih, w_hh = _unpack(self.w0, self.w, layer, direction, hidden)
                w_ih[...], w_hh[...] = state[f"weight_ih_{name}"], state[f"weight_hh_{name}"]
                if self.b is not None:
                    self.b[layer, direction] = state[f"bias_ih_{name}"] + state[f"bias_hh_{name}"]

    def forward(self, input: Array, h_0: Array | None = None) -> tuple[Array, Array]:  # noqa: A002 -- torch's name
        """Output and h_n of input (T, B, I) and h_0 (L*D, B, H)."""
        if input.ndim == 2:  # noqa: PLR2004 -- (T, I)
            raise NotImplementedError("unbatched input: xs is (T, B, I)")
        shape = (self.num_layers, len(self.suffixes), input.shape[1], self.hidden_size)
        h = np.zeros(shape, input.dtype) if h_0 is None else h_0.reshape(shape)
        return rnn(input, h, self.w0, self.w, self.b, self.num_layers, **self.options)
