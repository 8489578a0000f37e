"""As published: stacked tanh cells that draw new weights in every call.

Written anew from what the published code does, its mistakes included; `../stacked_cells.py` is the same put right, and
`stacked_cells_given_weights.py` differs from this in that it is given its weights.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


def rnn(x: Array, hidden_size: int, num_layers: int, bidirectional: bool = False) -> tuple[Array, Array]:  # noqa: ARG001 -- bidirectional is never read, as published
    """Output (T, H, B) and the last states (L, H, B) of a sequence (T, B, I), from zeros, with weights in [0, 1)."""
    widths = [x.shape[2], *[hidden_size] * (num_layers - 1)]
    weights_ih = [np.random.rand(hidden_size, width) for width in widths]  # noqa: NPY002 -- as it was published
    weights_hh = [np.random.rand(hidden_size, hidden_size) for _ in widths]  # noqa: NPY002
    hidden = [np.zeros((hidden_size, x.shape[1])) for _ in widths]
    output = []
    for x_t in x:
        below = x_t.T
        for layer in range(num_layers):
            hidden[layer] = np.tanh(weights_ih[layer] @ below + weights_hh[layer] @ hidden[layer])
            below = hidden[layer]
        output.append(below)
    return np.stack(output), np.stack(hidden)


class RNN:
    """The wiring: there is nothing that could take weights."""

    def __init__(self, input_size: int, hidden_size: int, num_layers: int = 1, bidirectional: bool = False) -> None:
        self.input_size, self.hidden_size = input_size, hidden_size
        self.num_layers, self.bidirectional = num_layers, bidirectional

    def forward(self, input: Array) -> tuple[Array, Array]:  # noqa: A002 -- torch's name
        """What the function returns, as it is."""
        return rnn(input, self.hidden_size, self.num_layers, self.bidirectional)
