"""Keras's layers.SimpleRNN on its torch backend, a stack of them, in layers.Bidirectional where asked for."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import torch

os.environ["KERAS_BACKEND"] = "torch"  # Keras needs one, and torch is there for the harness

import keras  # after the line above, which it reads

Array = np.ndarray[Any, np.dtype[Any]]


class RNN:
    """A stack of SimpleRNN, whose gradients are its backend's."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        bidirectional: bool = False,
    ) -> None:
        activation = {"tanh": "tanh", "relu": "relu"}[nonlinearity]
        widths = [input_size, *[hidden_size * (1 + bidirectional)] * (num_layers - 1)]
        options = {"activation": activation, "use_bias": bias, "return_sequences": True, "return_state": True}
        self.layers = [keras.layers.SimpleRNN(hidden_size, **options) for _ in widths]
        if bidirectional:
            self.layers = [keras.layers.Bidirectional(layer) for layer in self.layers]
        for layer, width in zip(self.layers, widths, strict=True):
            layer.build((None, None, width))
        self.ends = [(f"l{number}", f"l{number}_reverse")[: 1 + bidirectional] for number in range(num_layers)]
        self.batch_first = batch_first

    def load_state_dict(self, state: dict[str, Array]) -> None:
        """Keep torch's parameters as tensors."""
        if state["weight_ih_l0"].dtype == np.float64:
            # Its matmul makes float32 of float64: https://github.com/keras-team/keras/issues/23704
            raise NotImplementedError("Keras multiplies float64 matrices in float32")
        self.state = {name: torch.tensor(value, requires_grad=True) for name, value in state.items()}

    def forward(self, input: Array, h_0: Array | None = None) -> tuple[Array, ...]:  # noqa: A002 -- torch's name
        """Output and h_n, shaped as torch's; a SimpleRNN takes a batch, first."""
        if input.ndim == 2:  # noqa: PLR2004 -- (T, I)
            raise NotImplementedError("unbatched input")
        given = {"input": input} if h_0 is None else {"input": input, "h_0": h_0}
        self.given = {name: torch.tensor(value, requires_grad=True) for name, value in given.items()}
        x, last = self.given["input"], []
        x = x if self.batch_first else x.swapaxes(0, 1)
        for layer, ends in zip(self.layers, self.ends, strict=True):
            rows = {} if h_0 is None else {"initial_state": list(self.given["h_0"][len(last) :][: len(ends)])}
            others = [variable.value for variable in layer.non_trainable_variables]
            (x, *states), _ = layer.stateless_call(self._variables(ends), others, x, **rows)
            last += states
        self.returned = x if self.batch_first else x.swapaxes(0, 1), torch.stack(last)
        return tuple(value.detach().numpy() for value in self.returned)

    def backward(self, grad_output: Array, grad_h_n: Array) -> dict[str, Array]:
        """The gradients of what forward was given, by torch's names."""
        leaves = self.given | self.state
        upstream = torch.tensor(grad_output), torch.tensor(grad_h_n)
        found = torch.autograd.grad(self.returned, list(leaves.values()), upstream)
        return {name: gradient.numpy() for name, gradient in zip(leaves, found, strict=True)}

    def _variables(self, ends: tuple[str, ...]) -> list[torch.Tensor]:
        """A layer's kernel, recurrent kernel and bias, direction by direction; it has one bias, torch has two."""
        found = []
        for end in ends:
            found += [self.state[f"weight_ih_{end}"].T, self.state[f"weight_hh_{end}"].T]
            if f"bias_ih_{end}" in self.state:
                found.append(self.state[f"bias_ih_{end}"] + self.state[f"bias_hh_{end}"])
        return found
