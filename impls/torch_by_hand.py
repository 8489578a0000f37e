"""A recurrent network written with tensors alone; autograd differentiates it.

`rnn_forward` and `bidirectional_rnn_forward` take every weight as an argument and are batch first, as their author
wrote them to check them against the API. A module stacks layers of them under torch's names.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Cell = tuple[Tensor, Tensor, Tensor | None, Tensor | None]

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"tanh": torch.tanh, "relu": torch.relu}


def rnn_forward(
    input: Tensor,  # noqa: A002 -- torch's name
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor | None,
    bias_hh: Tensor | None,
    h_prev: Tensor,
    nonlinearity: str = "tanh",
) -> tuple[Tensor, Tensor]:
    """One layer in one direction: output (B, T, H) and h_n (1, B, H), in the dtype of input (B, T, I).

    weight_ih is (H, I), weight_hh (H, H), each bias (H) or None, and h_prev, the initial state, (B, H).
    """
    activate = ACTIVATIONS[nonlinearity]
    from_input = input @ weight_ih.T if bias_ih is None else input @ weight_ih.T + bias_ih
    states = []
    for a in from_input.unbind(1):
        from_state = h_prev @ weight_hh.T if bias_hh is None else h_prev @ weight_hh.T + bias_hh
        h_prev = activate(a + from_state)
        states.append(h_prev)
    # A list that is stacked at the end: a buffer would need the right dtype, and autograd its states unchanged.
    return torch.stack(states, dim=1), h_prev.unsqueeze(0)


def bidirectional_rnn_forward(  # noqa: PLR0913, PLR0917 -- its author's signature
    input: Tensor,  # noqa: A002 -- torch's name
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor | None,
    bias_hh: Tensor | None,
    h_prev: Tensor,
    weight_ih_reverse: Tensor,
    weight_hh_reverse: Tensor,
    bias_ih_reverse: Tensor | None,
    bias_hh_reverse: Tensor | None,
    h_prev_reverse: Tensor,
    nonlinearity: str = "tanh",
) -> tuple[Tensor, Tensor]:
    """One layer in both directions: output (B, T, 2H), forward half first, and h_n (2, B, H).

    The reverse direction runs forward over the flipped input, and its output is flipped back. Its last state is the
    one that it stopped in, at time step 0: output's last step holds only the first state that it made.
    """
    forward, h_n = rnn_forward(input, weight_ih, weight_hh, bias_ih, bias_hh, h_prev, nonlinearity)
    reverse = (weight_ih_reverse, weight_hh_reverse, bias_ih_reverse, bias_hh_reverse, h_prev_reverse)
    backward, h_n_reverse = rnn_forward(input.flip(1), *reverse, nonlinearity)
    return torch.cat([forward, backward.flip(1)], dim=2), torch.cat([h_n, h_n_reverse])


class RNN(torch.nn.Module):
    """Layers of the two functions, with torch.nn.RNN's arguments and parameter names."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
    ) -> None:
        super().__init__()
        self.hidden_size, self.num_layers, self.nonlinearity = hidden_size, num_layers, nonlinearity
        self.bias, self.batch_first, self.dropout = bias, batch_first, dropout
        self.suffixes = ("", "_reverse") if bidirectional else ("",)
        for layer in range(num_layers):
            width = input_size if layer == 0 else hidden_size * len(self.suffixes)
            for suffix in self.suffixes:
                self._declare(f"l{layer}{suffix}", width)

    def _declare(self, name: str, width: int) -> None:
        """One cell's parameters, drawn as torch draws them: uniformly, up to 1 / sqrt(H) to either side."""
        hidden, bound = self.hidden_size, self.hidden_size**-0.5
        shapes = {"weight_ih": (hidden, width), "weight_hh": (hidden, hidden)}
        if self.bias:
            shapes |= {"bias_ih": (hidden,), "bias_hh": (hidden,)}
        for kind, shape in shapes.items():
            drawn = torch.empty(shape).uniform_(-bound, bound)
            self.register_parameter(f"{kind}_{name}", torch.nn.Parameter(drawn))

    def forward(self, input: Tensor, h_0: Tensor | None = None) -> tuple[Tensor, Tensor]:  # noqa: A002 -- torch's name
        """Output and h_n, laid out as torch.nn.RNN lays them out: batched or not, batch first or not."""
        unbatched = input.dim() == 2  # noqa: PLR2004 -- (T, I)
        batch_second = not unbatched and not self.batch_first
        sequence = input.unsqueeze(0) if unbatched else input.transpose(0, 1) if batch_second else input
        if h_0 is None:
            h_0 = sequence.new_zeros(self.num_layers * len(self.suffixes), len(sequence), self.hidden_size)
        elif unbatched:
            h_0 = h_0.unsqueeze(1)
        output, h_n = self._run_layers(sequence, h_0)
        if unbatched:
            return output.squeeze(0), h_n.squeeze(1)
        return output.transpose(0, 1) if batch_second else output, h_n

    def _run_layers(self, sequence: Tensor, h_0: Tensor) -> tuple[Tensor, Tensor]:
        """Output (B, T, D*H) and h_n (L*D, B, H) of a sequence (B, T, I)."""
        last_states, directions = [], len(self.suffixes)
        for layer in range(self.num_layers):
            if layer and self.dropout:
                sequence = torch.nn.functional.dropout(sequence, self.dropout, self.training)
            cells = [
                (*self._cell(f"l{layer}{suffix}"), h_0[layer * directions + direction])
                for direction, suffix in enumerate(self.suffixes)
            ]
            run = rnn_forward if directions == 1 else bidirectional_rnn_forward
            sequence, last = run(sequence, *sum(cells, ()), nonlinearity=self.nonlinearity)
            last_states.append(last)
        return sequence, torch.cat(last_states)

    def _cell(self, name: str) -> Cell:
        """One cell's parameters, None where there is no bias."""
        bias_ih, bias_hh = (getattr(self, f"{kind}_{name}") if self.bias else None for kind in ("bias_ih", "bias_hh"))
        return getattr(self, f"weight_ih_{name}"), getattr(self, f"weight_hh_{name}"), bias_ih, bias_hh
