"""What one foreign array is in a layer's equations, how it is laid out, and the Python that fills it and reads it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Shape = tuple[int, ...]
Kind = Literal["weight_ih", "weight_hh", "weights", "bias", "bias_ih", "bias_hh"]

_MATRIX_AXES = 2


@dataclass(frozen=True)
class Role:
    """What an array is to a layer, and how it is laid out.

    "weights" holds both weights side by side, and "bias" the sum of both biases. `transposed`: its columns are the
    hidden units, so that it is multiplied as x @ W. `hidden_first`: of both weights, those of h come first.
    """

    kind: Kind
    shape: Shape
    transposed: bool = False
    hidden_first: bool = False

    @property
    def parameters(self) -> tuple[str, ...]:
        """torch's names, without layer and direction, of what the array holds."""
        both = {"weights": ("weight_ih", "weight_hh"), "bias": ("bias_ih", "bias_hh")}
        return both.get(self.kind, (self.kind,))

    @property
    def is_bias(self) -> bool:
        """Whether it is added and not multiplied."""
        return self.kind.startswith("bias")

    def expression(self, suffix: str = "_l0") -> str:
        """Python that makes the array from torch's `state`; with a suffix of `_l{k}`, that of layer k."""
        f = "f" if "{" in suffix else ""
        first, *others = [f'state[{f}"{name}{suffix}"]' for name in self._in_order()]
        if self.kind == "bias":
            axes = self._axes("None")
            return f"({first} + {others[0]}){axes}" if axes else f"{first} + {others[0]}"
        if self.kind == "weights":
            first = f"np.concatenate([{first}, {others[0]}], axis=1)"
        return first + (".T" if self.transposed else "") + self._axes("None")

    def gradients(self, array: str) -> dict[str, str]:
        """Python that reads the gradients of torch's parameters off the array's gradient, by parameter.

        One bias's gradient is that of either of torch's two. Uses `self.hidden_size`.
        """
        inner = array + self._axes("0") + (".T" if self.transposed else "")
        if self.kind != "weights":
            return dict.fromkeys(self.parameters, inner)
        if self.hidden_first:
            return {"weight_ih": f"{inner}[:, self.hidden_size :]", "weight_hh": f"{inner}[:, : self.hidden_size]"}
        return {"weight_ih": f"{inner}[:, : -self.hidden_size]", "weight_hh": f"{inner}[:, -self.hidden_size :]"}

    @property
    def comment(self) -> str:
        """Its shape, and how it differs from torch's, in a few words."""
        return self.told({})

    def told(self, letters: Mapping[int, str]) -> str:
        """The same, with letters for the sizes that have one."""
        shape = told_shape(self.shape, letters)
        return f"{shape}: {self.difference}" if self.difference else shape

    @property
    def difference(self) -> str:
        """How it differs from torch's, or nothing."""
        words = []
        if self.kind == "weights":
            words.append("both weights, of " + ("h and of x" if self.hidden_first else "x and of h"))
        if self.kind == "bias":
            words.append("one bias, where torch adds two")
        if self.transposed:
            words.append("multiplied from the right, so transposed")
        return ", ".join(words)

    def turned(self) -> Role:
        """The same array, multiplied from the other side; only a square one can be either."""
        return dataclasses.replace(self, transposed=not self.transposed)

    def swapped(self) -> Role:
        """The same array of both weights, in the other order."""
        return dataclasses.replace(self, hidden_first=not self.hidden_first)

    def _in_order(self) -> tuple[str, ...]:
        return self.parameters[::-1] if self.hidden_first else self.parameters

    def _axes(self, one: str) -> str:
        """An index that adds (None) or takes away (0) the axes of length 1 that the array has beside torch's."""
        own = 1 if self.is_bias else _MATRIX_AXES
        extra = len(self.shape) - own
        if extra <= 0:
            return ""
        positions = [axis for axis, size in enumerate(self.shape) if size == 1][:extra]
        marks = [one if axis in positions else ":" for axis in range(max(positions) + 1)]
        return f"[{', '.join(marks)}]"


def told_shape(shape: Shape, letters: Mapping[int, str]) -> str:
    """A shape, with letters for the sizes that have one: (H, I) or (H,)."""
    sizes = [letters.get(size, str(size)) for size in shape]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"
