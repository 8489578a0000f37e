"""What an implementation lets see of its states: those of its last layer in output, every scan's last one in h_n."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from conformance.arguments import Array
from conformance.case import Case
from conformance.expected import ExpectedCall, Wanted
from conformance.observation import Call
from conformance.verdict.distance import absolute_errors, unlike
from conformance.walkthrough.trace import ScanTrace, time_major, with_batch


@dataclass(frozen=True)
class Seen:
    """What is seen of one scan, in its own order of time, and which of these numbers are wrong.

    `output` is None for the layers below the last.
    """

    output: Array | None  # (T, B, H)
    output_wrong: Array
    h_n: Array  # (B, H)
    h_n_wrong: Array


@dataclass(frozen=True)
class Spot:
    """One number of a state: `step` counts in the scan's own order and is None for h_n's row."""

    scan: int
    step: int | None
    batch: int
    unit: int
    got: float
    wanted: float


def wrong_numbers(array: Array, want: Wanted) -> Array:
    """Where a tensor of the right shape is wrong, by the verdict's own rule."""
    return np.asarray(unlike(array, want.torch) | ~(absolute_errors(array, want) <= want.tolerance))


def see(wanted: ExpectedCall, call: Call, scans: tuple[ScanTrace, ...]) -> tuple[Seen, ...]:
    """What is seen of each scan; output and h_n are arrays of the right shape."""
    case, answer = wanted.case, dict(zip(("output", "h_n"), _arrays(call), strict=True))
    wrong = {name: wrong_numbers(array, wanted.tensors[name]) for name, array in answer.items()}
    h_n, h_n_wrong = with_batch(case, answer["h_n"]), with_batch(case, wrong["h_n"])
    found = []
    for row, scan in enumerate(scans):
        shown = scan.layer == case.num_layers - 1
        output = _half(case, scan, answer["output"]) if shown else None
        found.append(Seen(output, _half(case, scan, wrong["output"]), h_n[row], h_n_wrong[row]))
    return tuple(found)


def first_wrong(scans: tuple[ScanTrace, ...], seen: tuple[Seen, ...]) -> Spot | None:
    """The first wrong number in the order in which a network computes them."""
    return next(_wrong_spots(scans, seen), None)


def _wrong_spots(scans: tuple[ScanTrace, ...], seen: tuple[Seen, ...]) -> Iterator[Spot]:
    """Every wrong number, scan by scan and step by step, h_n's after the steps."""
    for number, (scan, shown) in enumerate(zip(scans, seen, strict=True)):
        if shown.output is not None:
            for step, batch, unit in np.argwhere(shown.output_wrong).tolist():
                got, want = shown.output[step, batch, unit], scan.h[step + 1, batch, unit]
                yield Spot(number, step, batch, unit, float(got), float(want))
        for batch, unit in np.argwhere(shown.h_n_wrong).tolist():
            yield Spot(number, None, batch, unit, float(shown.h_n[batch, unit]), float(scan.h[-1, batch, unit]))


def _half(case: Case, scan: ScanTrace, output: Array) -> Array:
    """One direction's part of output, in the scan's own order of time."""
    first = case.hidden_size if scan.direction == "reverse" else 0
    half = time_major(case, output)[..., first : first + case.hidden_size]
    return half[::-1] if scan.direction == "reverse" else half


def _arrays(call: Call) -> tuple[Array, ...]:
    """The two arrays that the call returned."""
    outputs = call.outputs if isinstance(call.outputs, tuple) else ()
    return tuple(value for value in outputs if isinstance(value, np.ndarray))
