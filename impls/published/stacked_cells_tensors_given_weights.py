"""As published, but given its weights: stacked tanh cells over torch's tensors, their states overwritten in place.

`stacked_cells_tensors.py` besides has no `bias` to decline, fails on unbatched input, and keeps its states in float32,
where here they follow the input's dtype. The rest is as there, so that it can be judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor


def rnn(
    x: Tensor,
    weights_ih: Sequence[Tensor],
    weights_hh: Sequence[Tensor],
    bidirectional: bool = False,  # noqa: ARG001 -- never read, as published
) -> tuple[Tensor, Tensor]:
    """Output (T, H, B) and the last states (L, H, B) of a sequence (T, B, I), from zeros.

    The states are one tensor that every step overwrites, and output is made of views of it.
    """
    hidden = torch.zeros(len(weights_hh), len(weights_hh[0]), x.shape[1], dtype=x.dtype)
    output = []
    for x_t in x:
        below = x_t.T
        for layer in range(len(hidden)):
            hidden[layer] = torch.tanh(weights_ih[layer] @ below + weights_hh[layer] @ hidden[layer])
            below = hidden[layer]
        output.append(below)
    return torch.stack(output), hidden


class RNN(torch.nn.Module):
    """The wiring: tensors that require gradients, and are no parameters of the module."""

    def __init__(
        self, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True, bidirectional: bool = False
    ) -> None:
        super().__init__()
        if bias:
            raise NotImplementedError("bias: its cells have none")
        self.input_size, self.hidden_size = input_size, hidden_size
        self.num_layers, self.bidirectional = num_layers, bidirectional

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Take what there is room for."""
        layers = range(self.num_layers)
        self.weights_ih = [state[f"weight_ih_l{layer}"].clone().requires_grad_() for layer in layers]
        self.weights_hh = [state[f"weight_hh_l{layer}"].clone().requires_grad_() for layer in layers]

    def forward(self, input: Tensor) -> tuple[Tensor, Tensor]:  # noqa: A002 -- torch's name
        """What the function returns, as it is; it has no h_0."""
        if input.dim() == 2:  # noqa: PLR2004 -- (T, I)
            raise NotImplementedError("unbatched input: x is (T, B, I)")
        return rnn(input, self.weights_ih, self.weights_hh, self.bidirectional)
