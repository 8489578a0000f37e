"""Flax's linen.RNN over its SimpleCell, run by JAX, a stack of them, in linen.Bidirectional where asked for."""

from __future__ import annotations

import functools
from typing import Any

import flax.linen as nn
import jax
import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

jax.config.update("jax_enable_x64", True)  # left alone, JAX makes float32 of float64
jax.config.update("jax_disable_most_optimizations", True)  # each shape is compiled anew, and run a few times


class RNN:
    """A stack of linen.RNN, whose gradients are JAX's; a SimpleCell always has a bias."""

    def __init__(
        self,
        input_size: int,  # noqa: ARG002 -- Flax reads it off the input
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        batch_first: bool = False,
        bidirectional: bool = False,
    ) -> None:
        activation = {"tanh": nn.tanh, "relu": nn.relu}[nonlinearity]
        self.cell = functools.partial(nn.SimpleCell, hidden_size, activation_fn=activation)
        self.ends = [(f"l{number}", f"l{number}_reverse")[: 1 + bidirectional] for number in range(num_layers)]
        self.batch_first, self.bidirectional = batch_first, bidirectional

    def load_state_dict(self, state: dict[str, Array]) -> None:
        """Build a layer in the parameters' dtype, and write them as Flax has them."""
        # A cell for each direction: of one that is used twice, Flax shares the parameters.
        one, other = (nn.RNN(self.cell(param_dtype=state["weight_ih_l0"].dtype)) for _ in range(2))
        self.layer = nn.Bidirectional(one, other) if self.bidirectional else one
        self.cells = [[_cell(state, end) for end in ends] for ends in self.ends]

    def forward(self, input: Array, h_0: Array | None = None) -> tuple[Array, Array]:  # noqa: A002 -- torch's name
        """Output and h_n, shaped as torch's; Flax takes time first, a batch or none."""
        self.moved = self.batch_first and input.ndim > 2  # noqa: PLR2004 -- (B, T, I)
        rows = iter(() if h_0 is None else h_0)
        initial = [None if h_0 is None else tuple(next(rows) for _ in ends) for ends in self.ends]
        x = input.swapaxes(0, 1) if self.moved else input
        (x, last), self.pullback = jax.vjp(self._run, self.cells, initial, x)
        return np.array(np.asarray(x).swapaxes(0, 1) if self.moved else x), np.stack(last)

    def backward(self, grad_output: Array, grad_h_n: Array) -> dict[str, Array]:
        """The gradients of what forward was given, by torch's names; both of its biases have that of Flax's one."""
        upstream = grad_output.swapaxes(0, 1) if self.moved else grad_output
        cells, initial, x = jax.tree.map(np.asarray, self.pullback((upstream, list(grad_h_n))))
        found = {"input": x.swapaxes(0, 1) if self.moved else x}
        if initial[0] is not None:
            found["h_0"] = np.stack([row for rows in initial for row in rows])
        pairs = [pair for ends, layer in zip(self.ends, cells, strict=True) for pair in zip(ends, layer, strict=True)]
        for end, parameters in pairs:
            i, h = parameters["cell"]["i"], parameters["cell"]["h"]
            found[f"weight_ih_{end}"], found[f"weight_hh_{end}"] = i["kernel"].T, h["kernel"].T
            found[f"bias_ih_{end}"] = found[f"bias_hh_{end}"] = i["bias"]
        return {name: np.array(gradient) for name, gradient in found.items()}

    def _run(self, cells: Any, initial: Any, x: Any) -> tuple[Any, list[Any]]:
        """All layers: the sequence, and the last state of each layer and direction."""
        last: list[Any] = []
        for layer, rows in zip(cells, initial, strict=True):
            x, states = _layer(self.layer, layer, rows, x)
            last += states
        return x, last


@functools.partial(jax.jit, static_argnums=0)
def _layer(layer: nn.Module, cells: list[Any], rows: tuple[Any, ...] | None, x: Any) -> tuple[Any, list[Any]]:
    """One layer, compiled once for each kind and shape."""
    if isinstance(layer, nn.RNN):
        row = None if rows is None else rows[0]
        last, x = layer.apply({"params": cells[0]}, x, initial_carry=row, time_major=True, return_carry=True)
        return x, [last]
    parameters = {"forward_rnn": cells[0], "backward_rnn": cells[1]}
    last, x = layer.apply({"params": parameters}, x, initial_carry=rows, time_major=True, return_carry=True)
    return x, list(last)


def _cell(state: dict[str, Array], end: str) -> dict[str, Any]:
    """A SimpleCell's parameters; it has one bias, torch has two."""
    i = {"kernel": state[f"weight_ih_{end}"].T, "bias": state[f"bias_ih_{end}"] + state[f"bias_hh_{end}"]}
    return {"cell": {"i": i, "h": {"kernel": state[f"weight_hh_{end}"].T}}}
