"""How a sequence or a state is laid out in somebody else's convention, and the Python that converts it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from conformance.arguments import Array

Shape = tuple[int, ...]
Container = Literal["array", "list", "dict"]

_MATRIX_AXES = 2


@dataclass(frozen=True)
class Layout:
    """Their axes in terms of ours, which are (T, B, features) of a sequence and (L, B, H) of a state, or fewer.

    `order`: their axis i is our axis order[i]. `ones`: where they have further axes, of length 1. `dropped`: our first
    axis, of length 1, is one that they do not have. `container`: whether their first axis is an array's, a list's or
    that of a dict with the keys 0, 1, ... `spare`: a step that they have and we have not, the initial state.
    """

    order: tuple[int, ...]
    ones: tuple[int, ...] = ()
    dropped: bool = False
    container: Container = "array"
    spare: Literal["", "before", "after"] = ""

    def write(self, ours: str) -> str:
        """Python that lays an array of ours out in their way."""
        text = ours + ("[0]" if self.dropped else "") + _swaps(self.order) + _index(self.ones, "None")
        return f"list({text})" if self.container == "list" else text

    def read(self, theirs: str, library: str = "np") -> str:
        """Python that lays what they returned out in our way."""
        text = theirs
        if self.container == "list":
            text = f"{library}.stack({theirs})"
        elif self.container == "dict":
            count = f"len({theirs}) - 1" if self.spare == "after" else f"len({theirs})"
            text = f"{library}.stack([{theirs}[t] for t in range({count})])"
        text += _index(self.ones, "0") + _swaps(np.argsort(self.order).tolist())
        if self.spare == "before" or (self.spare == "after" and self.container != "dict"):
            text += "[1:]" if self.spare == "before" else "[:-1]"
        return text + ("[None]" if self.dropped else "")

    def axes(self, ours: str) -> str:
        """Their axes in words; `ours` has a letter for each of ours: (B, T, I), or a list of (I, B)."""
        letters = list(ours[1:] if self.dropped else ours)
        theirs = [letters[axis] for axis in self.order]
        if self.spare:
            theirs[self.order.index(0)] += "+1"
        for position in self.ones:
            theirs.insert(position, "1")
        if self.container == "array":
            return _tuple(theirs)
        return f"a {self.container} of {theirs[0]} arrays {_tuple(theirs[1:])}"


#: What a sequence, a single one, a step and a single step may be laid out like; the likelier first.
SEQUENCES = (
    *(Layout(order) for order in ((0, 1, 2), (1, 0, 2), (0, 2, 1), (2, 1, 0), (1, 2, 0), (2, 0, 1))),
    Layout((0, 1, 2), container="list"),
    Layout((0, 2, 1), container="list"),
)
SAMPLES = (
    Layout((0, 1)),
    Layout((1, 0)),
    Layout((0, 1), container="list"),
    Layout((0, 1), ones=(2,), container="list"),
    Layout((0, 1), ones=(1,), container="list"),
)
STEPS = (Layout((0, 1)), Layout((1, 0)))
SAMPLE_STEPS = (Layout((0,)), Layout((0,), ones=(1,)), Layout((0,), ones=(0,)))

#: What the states of a whole network may be laid out like, for many sequences and for one.
STATES = (
    Layout((0, 1, 2)),
    Layout((0, 1), dropped=True),
    Layout((1, 0), dropped=True),
    Layout((0, 2, 1)),
    Layout((1, 0, 2)),
    Layout((0, 1, 2), container="list"),
    Layout((0, 2, 1), container="list"),
    Layout((0, 1, 2), ones=(1,)),
)
SAMPLE_STATES = (
    Layout((0, 1)),
    Layout((0,), dropped=True),
    Layout((0,), dropped=True, ones=(1,)),
    Layout((0,), dropped=True, ones=(0,)),
    Layout((0, 1), ones=(2,)),
    Layout((0, 1), ones=(1,)),
    Layout((0, 1), container="list"),
    Layout((0, 1), ones=(2,), container="list"),
)


def recognise(value: Any, ours: Shape, *, is_sequence: bool) -> Iterator[Layout]:
    """Every layout in which a value could be what is of shape `ours` with us, the simplest first."""
    stacked = as_array(value)
    if stacked is None:
        return
    array, container = stacked
    for dropped in (False, True) if ours and ours[0] == 1 and not is_sequence else (False,):
        wanted = ours[1:] if dropped else ours
        for ones, order in _orders(array.shape, wanted):
            yield Layout(order, ones, dropped, container)
        if is_sequence:
            longer = (wanted[0] + 1, *wanted[1:])
            for ones, order in _orders(array.shape, longer):
                last = isinstance(value, dict) and -1 in value
                yield Layout(order, ones, dropped, container, "after" if last else "before")
                if not last:
                    yield Layout(order, ones, dropped, container, "after")


def as_array(value: Any) -> tuple[Array, Container] | None:
    """An array, a tensor, or a list or dict of equally shaped ones, as one array; None for anything else."""
    try:
        if hasattr(value, "detach"):
            return value.detach().cpu().numpy(), "array"
        if isinstance(value, np.ndarray):
            return (value, "array") if value.dtype.kind in "fiu" else None
        if isinstance(value, list | tuple) and value:
            return np.array([_plain(item) for item in value], dtype=float), "list"
        if isinstance(value, dict) and value and set(value) in (set(range(len(value))), set(range(-1, len(value) - 1))):
            # The key -1 is where the initial state is kept; it is put last, as Python counts.
            keys = sorted(value, key=lambda key: (key < 0, key))
            return np.array([_plain(value[key]) for key in keys], dtype=float), "dict"
    except (TypeError, ValueError, RuntimeError):  # of different shapes, or of something else
        return None
    return None


def _plain(value: Any) -> Any:
    return value.detach().cpu().numpy() if hasattr(value, "detach") else value


def _orders(theirs: Shape, ours: Shape) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Every choice of superfluous axes of length 1, and of an order of the others, that makes one shape the other."""
    units = [axis for axis, size in enumerate(theirs) if size == 1]
    superfluous = len(theirs) - len(ours)
    if superfluous < 0:
        return
    for ones in itertools.combinations(units, superfluous):
        kept = [size for axis, size in enumerate(theirs) if axis not in ones]
        for order in itertools.permutations(range(len(ours))):
            if all(kept[axis] == ours[ours_axis] for axis, ours_axis in enumerate(order)):
                yield ones, order


def _swaps(order: Sequence[int]) -> str:
    """Python that puts axes into an order, for arrays and tensors alike."""
    if list(order) == [1, 0]:
        return ".T"
    current, text = list(range(len(order))), ""
    for axis, wanted in enumerate(order):
        other = current.index(wanted)
        if other != axis:
            text += f".swapaxes({axis}, {other})"
            current[axis], current[other] = current[other], current[axis]
    return text


def _index(positions: tuple[int, ...], one: str) -> str:
    """An index that adds (None) or takes away (0) axes at these positions."""
    if not positions:
        return ""
    return f"[{', '.join(one if axis in positions else ':' for axis in range(max(positions) + 1))}]"


def _tuple(words: Sequence[str]) -> str:
    return f"({', '.join(words)}{',' if len(words) == 1 else ''})"
