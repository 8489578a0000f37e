"""As published: one function over two packed weight arrays, of which its author asked whether it is right.

Written anew from what the published code does, its mistakes included; `../packed_weights.py` is the same put right.
Its author's question: "it runs, but my inputs are random, so I can't tell whether it is right; are the shapes right?"
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


def rnn(  # noqa: PLR0913, PLR0917 -- its author's signature
    xs: Array,
    h: Array,
    w0: Array,
    w: Array | None = None,
    b: Array | None = None,
    num_layers: int = 2,
    nonlinearity: str = "tanh",  # noqa: ARG001 -- never read, as published
    dropout: float = 0.0,  # noqa: ARG001 -- never read, as published
    bidirectional: bool = False,
    training: bool = True,  # noqa: ARG001 -- never read, as published
) -> tuple[Array, Array]:
    """Run a sequence (T, B, I) from h (L, D, B, H); meant to return output (T, B, D*H) and h_n (L*D, B, H).

    w0 is (D, 2H, I+H), w (L-1, D, H, D*H+H) and b (L, D, H); leaving b out raises a TypeError, and so in effect does
    bidirectional: a ValueError, or for one layer an IndexError.
    """
    input_size, hidden_size = xs.shape[-1], h.shape[-1]
    layer_input: Any = xs[..., np.newaxis]  # samples as columns, (T, B, I, 1), and never flattened again
    h_n = []
    for layer in range(num_layers):
        for direction in range(2 if bidirectional else 1):
            if layer == 0 and direction == 0:
                w_ih, w_hh = w0[0, :hidden_size, :input_size], w0[0, hidden_size:, input_size:]
            else:  # w[0] where w0[1] is meant, and :H for the input's columns, of which there are D*H
                cell = w[max(layer - 1, 0)][direction]
                w_ih, w_hh = cell[:, :hidden_size], cell[:, hidden_size:]
            bias = b[layer, direction][:, np.newaxis]
            start, states = h[layer, direction][..., np.newaxis], []
            for x in layer_input:  # from `start` at every step, and never backwards
                state = np.tanh(w_ih @ x + w_hh @ start + bias)
                states.append(state)
            h_n.append(state[..., 0])
            layer_input = states  # the second direction reads the first one's output, and replaces it
    return np.stack(layer_input), np.stack(h_n)


class RNN:
    """The wiring: torch's parameters packed as documented, and the function's own results, as they are."""

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
        """Pack torch's parameters; without bias, b is left out."""
        hidden, width, directions = self.hidden_size, self.input_size, len(self.suffixes)
        dtype = state["weight_ih_l0"].dtype
        self.w0 = np.zeros((directions, 2 * hidden, width + hidden), dtype)
        self.w = np.zeros((self.num_layers - 1, directions, hidden, directions * hidden + hidden), dtype)
        self.b = np.zeros((self.num_layers, directions, hidden), dtype) if self.bias else None
        for layer in range(self.num_layers):
            for direction, suffix in enumerate(self.suffixes):
                name = f"l{layer}{suffix}"
                if layer == 0:
                    self.w0[direction, :hidden, :width] = state[f"weight_ih_{name}"]
                    self.w0[direction, hidden:, width:] = state[f"weight_hh_{name}"]
                else:
                    self.w[layer - 1, direction] = np.hstack([state[f"weight_ih_{name}"], state[f"weight_hh_{name}"]])
                if self.b is not None:
                    self.b[layer, direction] = state[f"bias_ih_{name}"] + state[f"bias_hh_{name}"]

    def forward(self, input: Array, h_0: Array | None = None) -> tuple[Array, Array]:  # noqa: A002 -- torch's name
        """Output and h_n of input (T, B, I) and h_0 (L*D, B, H), as the function returns them."""
        if input.ndim == 2:  # noqa: PLR2004 -- (T, I)
            raise NotImplementedError("unbatched input: xs is (T, B, I)")
        shape = (self.num_layers, len(self.suffixes), input.shape[1], self.hidden_size)
        h = np.zeros(shape, input.dtype) if h_0 is None else h_0.reshape(shape)
        return rnn(input, h, self.w0, self.w, self.b, self.num_layers, **self.options)
