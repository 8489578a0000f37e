"""As published: stacked tanh cells over torch's tensors, meant for gradient descent, that draw weights in every call.

Written anew from what the published code does, its mistakes included; `../stacked_cells.py` is the same put right, and
`stacked_cells_tensors_given_weights.py` differs from this in that it is given its weights.
"""

from __future__ import annotations

import torch
from torch import Tensor


def rnn(x: Tensor, hidden_size: int, num_layers: int, bidirectional: bool = False) -> tuple[Tensor, Tensor]:  # noqa: ARG001 -- bidirectional is never read, as published
    """Output (T, H, B) and the last states (L, H, B) of a sequence (T, B, I), from zeros, with weights in [0, 1).

    The states are one tensor that every step overwrites, and output is made of views of it.
    """
    widths = [x.shape[2], *[hidden_size] * (num_layers - 1)]
    weights_ih = [torch.rand(hidden_size, width, requires_grad=True) for width in widths]
    weights_hh = [torch.rand(hidden_size, hidden_size, requires_grad=True) for _ in widths]
    hidden = torch.zeros(num_layers, hidden_size, x.shape[1])
    output = []
    for x_t in x:
        below = x_t.T
        for layer in range(num_layers):
            hidden[layer] = torch.tanh(weights_ih[layer] @ below + weights_hh[layer] @ hidden[layer])
            below = hidden[layer]
        output.append(below)
    return torch.stack(output), hidden


class RNN(torch.nn.Module):
    """The wiring: a module without a parameter."""

    def __init__(self, input_size: int, hidden_size: int, num_layers: int = 1, bidirectional: bool = False) -> None:
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        self.num_layers, self.bidirectional = num_layers, bidirectional

    def forward(self, input: Tensor) -> tuple[Tensor, Tensor]:  # noqa: A002 -- torch's name
        """What the function returns, as it is."""
        return rnn(input, self.hidden_size, self.num_layers, self.bidirectional)
