"""Where in a network a number of a tensor stands: layer, direction, time step, batch and unit."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass

import numpy as np

from conformance.arguments import Array
from conformance.case import Case
from conformance.difference import Place

_DIRECTIONS = ("forward", "reverse")
_PARAMETER = re.compile(r"_l(?P<layer>\d+)(?P<reverse>_reverse)?$")


def first_place(case: Case, tensor: str, wrong: Array, got: Array, wanted: Array) -> Place:
    """The first wrong number in the order in which the network computes them.

    `wrong` marks the numbers, at least one, that are out of tolerance.
    """
    indices = np.argwhere(wrong)
    # Compared by scan, then by time within it, then by the index itself; lexsort takes its last key first.
    scan, time = _computed(case, tensor, indices)
    index = tuple(int(i) for i in indices[np.lexsort((*indices.T[::-1], time, scan))[0]])
    return Place(
        tensor=tensor,
        index=index,
        **dataclasses.asdict(_axes(case, tensor, index)),
        got=float(got[index]),
        wanted=float(wanted[index]),
        wrong=len(indices),
        size=int(wrong.size),
    )


def words(place: Place) -> str:
    """A place in the words of a sentence, such as "at time step 1 (layer 0, forward, batch 2, unit 3)"."""
    parts = [
        f"layer {place.layer}" if place.layer is not None else "",
        place.direction or "",
        f"batch {place.batch}" if place.batch is not None else "",
        f"{'feature' if place.tensor == 'input' else 'unit'} {place.unit}" if place.unit is not None else "",
    ]
    inside = ", ".join(part for part in parts if part)
    if place.time_step is not None:
        return f"at time step {place.time_step} ({inside})"
    return f"at {list(place.index)} ({inside})"


@dataclass(frozen=True)
class _Axes:
    """What each position of an index means; None where the tensor has no such axis."""

    layer: int | None = None
    direction: str | None = None
    time_step: int | None = None
    batch: int | None = None
    unit: int | None = None


def _computed(case: Case, tensor: str, indices: Array) -> tuple[Array, Array]:
    """Sorts numbers (n, axes) in the order of computing: forward in time, the reverse direction and gradients backward.

    Returns the scan of each, the layers' forward directions before their reverse ones, and its time in the scan.
    """
    nowhen = np.zeros(len(indices), dtype=int)
    if match := _PARAMETER.search(tensor):
        return nowhen + 2 * int(match["layer"]) + (match["reverse"] is not None), nowhen
    if tensor in ("h_n", "h_0"):
        layer, direction = np.divmod(indices[:, 0], case.directions)
        return 2 * layer + direction, nowhen
    time = indices[:, 1 if case.batched and case.batch_first else 0]
    if tensor == "input":
        return nowhen, -time
    reverse = indices[:, -1] // case.hidden_size
    return reverse, np.where(reverse, -time, time)


def _axes(case: Case, tensor: str, index: tuple[int, ...]) -> _Axes:
    """Read an index by the tensor's layout."""
    if match := _PARAMETER.search(tensor):
        return _Axes(layer=int(match["layer"]), direction=_DIRECTIONS[match["reverse"] is not None], unit=index[0])
    if tensor in ("h_n", "h_0"):
        layer, direction = divmod(index[0], case.directions)
        batch = index[1] if case.batched else None
        return _Axes(layer=layer, direction=_DIRECTIONS[direction], batch=batch, unit=index[-1])
    time, sequence = (index[1], index[0]) if case.batched and case.batch_first else (index[0], index[1])
    batch = sequence if case.batched else None
    if tensor == "input":
        return _Axes(layer=0, time_step=time, batch=batch, unit=index[-1])
    direction, unit = divmod(index[-1], case.hidden_size)
    return _Axes(layer=case.num_layers - 1, direction=_DIRECTIONS[direction], time_step=time, batch=batch, unit=unit)
