"""A drawing: the numbers of a peer's cases, in the distributions that it draws from."""

from __future__ import annotations

import math

import numpy as np

from conformance.arguments import Array


class Drawing:
    """Numbers in the order of asking; the same everywhere: NumPy keeps the stream of this old generator for ever."""

    def __init__(self, seed: int, dtype: type[np.floating] = np.float32) -> None:
        self._source = np.random.RandomState(seed)
        self._dtype = dtype

    def normal(self, *shape: int) -> Array:
        """Normal numbers of mean 0 and variance 1."""
        return self._source.standard_normal(shape).astype(self._dtype)

    def uniform(self, bound: float, *shape: int) -> Array:
        """Numbers between -bound and bound."""
        return self._source.uniform(-bound, bound, shape).astype(self._dtype)

    def labels(self, classes: int, count: int) -> Array:
        """Whole numbers below `classes`."""
        return self._source.randint(0, classes, count)

    def parameters(self, input_size: int, hidden_size: int, num_layers: int, *, bias: bool = True) -> dict[str, Array]:
        """Parameters of a network of one direction, as torch initialises its own."""
        bound = 1 / math.sqrt(hidden_size)
        found: dict[str, Array] = {}
        for layer in range(num_layers):
            width = input_size if layer == 0 else hidden_size
            found[f"weight_ih_l{layer}"] = self.uniform(bound, hidden_size, width)
            found[f"weight_hh_l{layer}"] = self.uniform(bound, hidden_size, hidden_size)
            for name in ("bias_ih", "bias_hh") if bias else ():
                found[f"{name}_l{layer}"] = self.uniform(bound, hidden_size)
        return found
