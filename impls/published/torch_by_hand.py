"""As published: a recurrent network written with tensors and checked against the API, in float32.

Written anew from what the published code does; `../torch_by_hand.py` is the same for every dtype. It is the control
among the five: right in all it covers (one layer, tanh, batch first, with biases and an h_0), but that its buffers
have the default dtype, so that float64 comes back as float32.
"""

from __future__ import annotations

import torch
from torch import Tensor


def rnn_forward(
    input: Tensor,  # noqa: A002 -- torch's name
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor,
    bias_hh: Tensor,
    h_prev: Tensor,
) -> tuple[Tensor, Tensor]:
    """One layer in one direction: output (B, T, H) and h_n (1, B, H), of input (B, T, I) and h_prev (B, H)."""
    batch_size, seq_len, _ = input.shape
    output = torch.zeros(batch_size, seq_len, len(weight_hh))
    h_n = torch.zeros(1, batch_size, len(weight_hh))
    for t in range(seq_len):
        h_prev = torch.tanh(input[:, t] @ weight_ih.T + bias_ih + h_prev @ weight_hh.T + bias_hh)
        output[:, t] = h_prev
    h_n[0] = h_prev
    return output, h_n


def bidirectional_rnn_forward(  # noqa: PLR0913, PLR0917 -- its author's signature
    input: Tensor,  # noqa: A002 -- torch's name
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor,
    bias_hh: Tensor,
    h_prev: Tensor,
    weight_ih_reverse: Tensor,
    weight_hh_reverse: Tensor,
    bias_ih_reverse: Tensor,
    bias_hh_reverse: Tensor,
    h_prev_reverse: Tensor,
) -> tuple[Tensor, Tensor]:
    """One layer in both directions: output (B, T, 2H) and h_n (2, B, H)."""
    reverse = (weight_ih_reverse, weight_hh_reverse, bias_ih_reverse, bias_hh_reverse, h_prev_reverse)
    forward, h_n = rnn_forward(input, weight_ih, weight_hh, bias_ih, bias_hh, h_prev)
    backward, h_n_reverse = rnn_forward(torch.flip(input, [1]), *reverse)
    output = torch.cat([forward, torch.flip(backward, [1])], dim=2)
    return output, torch.cat([h_n, h_n_reverse])


class RNN(torch.nn.Module):
    """The wiring: the two functions' arguments as parameters under torch's names."""

    def __init__(
        self, input_size: int, hidden_size: int, batch_first: bool = False, bidirectional: bool = False
    ) -> None:
        super().__init__()
        if not batch_first:
            raise NotImplementedError("batch_first=False: its input is (B, T, I)")
        self.suffixes = ("", "_reverse") if bidirectional else ("",)
        shapes = {"weight_ih": (hidden_size, input_size), "weight_hh": (hidden_size, hidden_size)}
        shapes |= {"bias_ih": (hidden_size,), "bias_hh": (hidden_size,)}
        self.kinds = tuple(shapes)
        for suffix in self.suffixes:
            for kind, shape in shapes.items():
                self.register_parameter(f"{kind}_l0{suffix}", torch.nn.Parameter(torch.zeros(shape)))

    def forward(self, input: Tensor, h_0: Tensor | None = None) -> tuple[Tensor, Tensor]:  # noqa: A002 -- torch's name
        """What the functions return, as it is."""
        if h_0 is None:
            raise NotImplementedError("no h_0: h_prev has no default")
        if input.dim() == 2:  # noqa: PLR2004 -- (T, I)
            raise NotImplementedError("unbatched input: its input is (B, T, I)")
        cells: list[Tensor] = []
        for direction, suffix in enumerate(self.suffixes):
            cells += [getattr(self, f"{kind}_l0{suffix}") for kind in self.kinds] + [h_0[direction]]
        return rnn_forward(input, *cells) if len(self.suffixes) == 1 else bidirectional_rnn_forward(input, *cells)
