"""As published, but given its weights: stacked tanh cells, features before samples in what they return.

`stacked_cells.py` besides has no `bias` to decline, fails on unbatched input, and keeps its states in float64, where
here they follow the input's dtype. The rest is as there, so that it can be judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


def rnn(
    x: Array,
    weights_ih: Sequence[Array],
    weights_hh: Sequence[Array],
    bidirectional: bool = False,  # noqa: ARG001 -- never read, as published
) -> tuple[Array, Array]:
    """Output (T, H, B) and the last states (L, H, B) of a sequence (T, B, I), from zeros."""
    hidden = [np.zeros((len(w_hh), x.shape[1]), x.dtype) for w_hh in weights_hh]
    output = []
    for x_t in x:
        below = x_t.T
        for layer in range(len(hidden)):
            hidden[layer] = np.tanh(weights_ih[layer] @ below + weights_hh[layer] @ hidden[layer])
            below = hidden[layer]
        output.append(below)
    return np.stack(output), np.stack(hidden)


class RNN:
    """The wiring: the weights of each layer's forward direction, and the function's own results, as they are."""

    def __init__(
        self, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True, bidirectional: bool = False
    ) -> None:
        if bias:
            raise NotImplementedError("bias: its cells have none")
        self.input_size, self.hidden_size = input_size, hidden_size
        self.num_layers, self.bidirectional = num_layers, bidirectional

    def load_state_dict(self, state: Mapping[str, Array]) -> None:
        """Take what there is room for."""
        self.weights_ih = [state[f"weight_ih_l{layer}"] for layer in range(self.num_layers)]
        self.weights_hh = [state[f"weight_hh_l{layer}"] for layer in range(self.num_layers)]

    def forward(self, input: Array) -> tuple[Array, Array]:  # noqa: A002 -- torch's name
        """What the function returns, as it is; it has no h_0."""
        if input.ndim == 2:  # noqa: PLR2004 -- (T, I)
            raise NotImplementedError("unbatched input: x is (T, B, I)")
        return rnn(input, self.weights_ih, self.weights_hh, self.bidirectional)
