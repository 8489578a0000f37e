"""How far an answer is from the truth: for each tensor, and for each time step of output."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from conformance.arguments import Array
from conformance.difference import Distance, Steps
from conformance.expected import ExpectedCall, Wanted
from conformance.observation import Call

_OUTPUTS = ("output", "h_n")


def unlike(found: Array, torch: Array) -> Array:
    """Where NaN and the infinities do not stand as torch's do, in the case's own dtype."""
    return np.asarray(
        (np.isnan(found) != np.isnan(torch))
        | ((found == np.inf) != (torch == np.inf))
        | ((found == -np.inf) != (torch == -np.inf))
    )


def absolute_errors(found: Array, want: Wanted) -> Array:
    """The absolute error of every number; 0 where torch is not finite, which was settled before."""
    with np.errstate(invalid="ignore"):
        errors = np.abs(found.astype(want.truth.dtype) - want.truth)
    return np.where(np.isfinite(want.torch), errors, 0)


def _comparable(wanted: ExpectedCall, call: Call) -> Iterator[tuple[str, Array, Wanted]]:
    """The tensors that have the right shape, so that a distance means something."""
    found: dict[str, object] = {}
    if isinstance(call.outputs, tuple) and len(call.outputs) == len(_OUTPUTS):
        found = dict(zip(_OUTPUTS, call.outputs, strict=True))
    if isinstance(call.gradients, dict):
        found |= call.gradients
    for name, want in wanted.tensors.items():
        array = found.get(name)
        if isinstance(array, np.ndarray) and array.shape == want.torch.shape and array.dtype.kind == "f":
            yield name, array, want


def distances(wanted: ExpectedCall, call: Call) -> dict[str, Distance]:
    """Error, tolerance and ratio of every tensor that can be compared."""
    found = {}
    for name, array, want in _comparable(wanted, call):
        # np.max, not max: Python's lets NaN slip through.
        error = float(np.max(absolute_errors(array, want), initial=0.0))
        found[name] = Distance(error=error, tolerance=want.tolerance, ratio=ratio_of(error, want.tolerance))
    return found


def ratio_of(error: float, tolerance: float) -> float:
    """Error over tolerance; 0 for no error at all, infinite where none is allowed."""
    if tolerance > 0:
        return error / tolerance
    return 0.0 if error == 0 else float("inf")


def severity(distance: Distance) -> float:
    """Sorts distances by ratio, with NaN as the worst."""
    return float("inf") if np.isnan(distance.ratio) else distance.ratio


def steps(wanted: ExpectedCall, call: Call) -> Steps | None:
    """The greatest error of output at each time step."""
    for name, array, want in _comparable(wanted, call):
        if name == "output" and array.size:
            errors = absolute_errors(array, want)
            time = 1 if wanted.case.batch_first and wanted.case.batched else 0
            by_time = np.max(np.moveaxis(errors, time, 0).reshape(wanted.case.seq_len, -1), axis=1)
            return Steps(tensor=name, errors=tuple(float(f"{e:.3g}") for e in by_time), tolerance=want.tolerance)
    return None
