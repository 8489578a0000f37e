"""The states step by step, expected and seen side by side, and the first wrong one worked out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np

from conformance.report.text import wrapped
from conformance.walkthrough import forward_step
from conformance.walkthrough.seen import Seen, Spot, first_wrong, see
from conformance.walkthrough.text import MARK, Numbers, Row, clipped, table, telling_apart, worked_out
from conformance.walkthrough.trace import ScanTrace, trace
from conformance.walkthrough.trial import WrongCall

#: Units of a state that are shown; of more, the one that is wrong first.
_UNITS = 3
#: How near two numbers are that are said to be the same.
_SAME = 1e-9

#: A row of a scan: the state before the first step, that after a step, or the one in h_n.
Step = int | Literal["initial", "h_n"]


def lines(wrong: WrongCall) -> Iterator[str]:
    """All of it for one call, of which output and h_n have the right shapes."""
    scans = trace(wrong.wanted.case, wrong.wanted.arguments)
    seen = see(wrong.wanted, wrong.got, scans)
    spot = first_wrong(scans, seen)
    if spot is None:
        return
    numbers = telling_apart(spot.got, spot.wanted)
    yield from wrapped(_heading(wrong, spot))
    rows: list[Row] = []
    for number, scan in enumerate(scans):
        rows.append((f"  {scan.name}", *(("", "") if rows else ("expected", "yours")), ""))
        rows += _rows(scan, seen[number], spot, numbers, here=number == spot.scan)
    yield from table(rows)
    yield ""
    yield from _by_hand(scans, spot, numbers)


def _heading(wrong: WrongCall, spot: Spot) -> str:
    """What the table shows, and what it leaves out."""
    case = wrong.wanted.case
    parts = ["The states step by step"]
    if wrong.number:
        parts.append(f"of call {wrong.number + 1}")
    if (case.batch_size or 0) > 1:
        parts.append(f"of sequence {spot.batch} (of {case.batch_size})")
    if case.hidden_size > _UNITS:
        parts.append(f"in unit {spot.unit} (of {case.hidden_size:,})")
    return " ".join(parts) + ("; layers below the last are seen in h_n alone:" if case.num_layers > 1 else ":")


def _rows(scan: ScanTrace, seen: Seen, spot: Spot, numbers: Numbers, *, here: bool) -> list[Row]:
    """The rows of one scan; `here` says that the first wrong number is among them."""
    size = scan.h.shape[-1]
    units = range(size) if size <= _UNITS else range(spot.unit, spot.unit + 1)
    steps: list[Step] = ["initial", *range(len(scan.times)), "h_n"]
    rows: list[Row] = []
    around = 0
    for step in steps:
        for unit in units:
            wanted, got, is_wrong = _state(scan, seen, step, (spot.batch, unit))
            first = here and is_wrong and (step, unit) == ("h_n" if spot.step is None else spot.step, spot.unit)
            around = len(rows) if first else around
            name = (
                f"time step {scan.times[step]}" if isinstance(step, int) else step.replace("initial", "initial state")
            )
            label = f"    {name}{f', unit {unit}' if len(units) > 1 else ''}"
            mark = f"{MARK} first wrong" if first else MARK if is_wrong else ""
            rows.append((label, numbers(wanted), "" if got is None else numbers(got), mark))
    return clipped(rows, around)


def _state(scan: ScanTrace, seen: Seen, step: Step, place: tuple[int, int]) -> tuple[float, float | None, bool]:
    """What is expected of one unit in one sequence, what is seen, if anything, and whether that is wrong."""
    if step == "initial":
        return float(scan.h[(0, *place)]), None, False
    if step == "h_n":
        return float(scan.h[(-1, *place)]), float(seen.h_n[place]), bool(seen.h_n_wrong[place])
    at = (step, *place)
    wanted = float(scan.h[1:][at])
    return (
        (wanted, None, False) if seen.output is None else (wanted, float(seen.output[at]), bool(seen.output_wrong[at]))
    )


def _by_hand(scans: tuple[ScanTrace, ...], spot: Spot, numbers: Numbers) -> Iterator[str]:
    """How the first wrong number should come about."""
    scan = scans[spot.scan]
    step = len(scan.times) - 1 if spot.step is None else spot.step
    unit = f", unit {spot.unit}" if scan.h.shape[-1] > 1 else ""
    where = f"{scan.name}, time step {scan.times[step]}{unit}"
    if spot.step is None:
        where = f"in h_n, which holds the states that layers and directions end with, here that of {where}"
    yield from wrapped(f"The first wrong one by hand: {where}.")
    calculation = forward_step.state(scan, step, spot.batch, spot.unit)
    yield from wrapped(f"{calculation.formula} (h: the state before)", "    ")
    yield from worked_out(calculation, numbers)
    yield from wrapped(f"yours is {numbers(spot.got)}{_twin(scans, spot)}", "    ")


def _twin(scans: tuple[ScanTrace, ...], spot: Spot) -> str:
    """The one other state of this unit that is the same number, if there is one; zero says nothing."""
    found = [
        f"{scan.name}, {f'time step {scan.times[step - 1]}' if step else 'initial state'}"
        for scan in scans
        for step in range(len(scan.h))
        if np.isclose(scan.h[step, spot.batch, spot.unit], spot.got, rtol=_SAME, atol=0)
    ]
    return f", which is the number of {found[0]}" if len(found) == 1 and spot.got else ""
