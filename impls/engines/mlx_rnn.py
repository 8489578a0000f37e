"""MLX's nn.RNN on the CPU, a stack of them."""

from __future__ import annotations

from typing import Any

import mlx.core as mx
import numpy as np
from mlx import nn

Array = np.ndarray[Any, np.dtype[Any]]

mx.set_default_device(mx.cpu)


class RNN:
    """A stack of nn.RNN, whose gradients are MLX's; it has one direction."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
    ) -> None:
        activation = {"tanh": nn.tanh, "relu": nn.relu}[nonlinearity]
        widths = [input_size, *[hidden_size] * (num_layers - 1)]
        self.layers = [nn.RNN(width, hidden_size, bias=bias, nonlinearity=activation) for width in widths]
        self.batch_first = batch_first

    def load_state_dict(self, state: dict[str, Array]) -> None:
        """Keep torch's parameters as MLX's arrays."""
        self.state = {name: _array(value) for name, value in state.items()}

    def forward(self, input: Array, h_0: Array | None = None) -> tuple[Array, ...]:  # noqa: A002 -- torch's name
        """Output and h_n, shaped as torch's."""
        given = {"input": input} if h_0 is None else {"input": input, "h_0": h_0}
        self.given = {name: _array(value) for name, value in given.items()} | self.state
        return tuple(np.array(value) for value in self._run(*self.given.values()))

    def backward(self, grad_output: Array, grad_h_n: Array) -> dict[str, Array]:
        """The gradients of what forward was given, by torch's names."""
        _, found = mx.vjp(self._run, list(self.given.values()), [_array(grad_output), _array(grad_h_n)])
        return {name: np.array(gradient) for name, gradient in zip(self.given, found, strict=True)}

    def _run(self, *values: mx.array) -> list[mx.array]:
        """MLX takes a batch, first, or none; a layer's last state is the last of its sequence."""
        named = dict(zip(self.given, values, strict=True))
        x, last, rows = named["input"], [], [None] * len(self.layers)
        if "h_0" in named:
            # Not h_0[number]: in MLX 0.32 the gradient of that ends the process where the batch is empty.
            rows = [row.squeeze(0) for row in mx.split(named["h_0"], len(self.layers))]
        moved = x.ndim > 2 and not self.batch_first  # noqa: PLR2004 -- (T, B, I)
        x = x.swapaxes(0, 1) if moved else x
        for number, (layer, row) in enumerate(zip(self.layers, rows, strict=True)):
            layer.Wxh, layer.Whh = named[f"weight_ih_l{number}"], named[f"weight_hh_l{number}"]
            if layer.bias is not None:  # MLX has one, torch has two
                layer.bias = named[f"bias_ih_l{number}"] + named[f"bias_hh_l{number}"]
            x = layer(x, hidden=row)
            last.append(x[..., -1, :])
        return [x.swapaxes(0, 1) if moved else x, mx.stack(last)]


def _array(value: Array) -> mx.array:
    """The same numbers in the same dtype: left alone, MLX makes float32 of float64."""
    return mx.array(value, dtype=getattr(mx, value.dtype.name))
