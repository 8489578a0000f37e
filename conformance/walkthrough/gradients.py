"""The way back step by step, the gradients expected and returned side by side, and the first wrong one worked out."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from conformance.arguments import Array
from conformance.case import Case
from conformance.difference import Place
from conformance.expected import ExpectedCall
from conformance.report.text import wrapped
from conformance.walkthrough import gradient_step
from conformance.walkthrough.seen import wrong_numbers
from conformance.walkthrough.text import MARK, Numbers, Row, clipped, table, telling_apart, worked_out
from conformance.walkthrough.trace import Back, ScanTrace, trace
from conformance.walkthrough.trial import WrongCall

#: Numbers of all gradients together that are shown; of more, those of the first wrong gradient.
_MOST = 14
#: Sequences times units of one step that are shown; of more, one of them.
_WIDE = 4
_OUTPUTS = ("output", "h_n")


def lines(wrong: WrongCall, place: Place) -> Iterator[str]:
    """All of it for one call, of which the gradients have the right shapes; `place` is the first wrong number."""
    case = wrong.wanted.case
    scans = trace(case, wrong.wanted.arguments)
    numbers = telling_apart(place.got, place.wanted)
    yield from _way_back(case, scans, place, numbers)
    yield ""
    yield from _side_by_side(wrong, place, numbers)
    yield ""
    calculation = gradient_step.gradient(case, scans, place.tensor, place.index)
    yield from wrapped(f"The first wrong one by hand: {_number(place.tensor, place.index)} is {calculation.formula}.")
    yield from worked_out(calculation, numbers)
    yield f"    yours is {numbers(place.got)}"


def _way_back(case: Case, scans: tuple[ScanTrace, ...], place: Place, numbers: Numbers) -> Iterator[str]:
    """Every da, from the last step to the first."""
    slope = "da = dy + carry where h > 0, else 0" if scans[0].relu else "da = (dy + carry) (1 - h^2)"
    below = "; dy of a lower layer is da W_ih of the layer above it" if case.num_layers > 1 else ""
    chosen = _chosen(scans[0], place)
    of = "" if len(chosen) > 1 or not (which := _which(scans[0], chosen[0])) else f" (of{which[1:]})"
    yield from wrapped(f"The way back{of}, from the last step to the first: {slope}; the next carry is da W_hh{below}.")
    rows: list[Row] = []
    for scan in reversed(scans):
        rows.append((f"  {scan.name}", *([""] * 4 if rows else ("dy", "carry", "h", "da")), ""))
        rows += clipped(_back_rows(case, scan, chosen, numbers))
    yield from table(rows)


def _back_rows(case: Case, scan: ScanTrace, chosen: list[tuple[int, ...]], numbers: Numbers) -> list[Row]:
    """One scan's steps in the order of the way back, and what is left over as the gradient of h_0."""
    back = scan.back
    if back is None:
        return []
    labels = [_which(scan, at) for at in chosen] if len(chosen) > 1 else [""]
    rows = []
    for step in reversed(range(len(scan.times))):
        for at, label in zip(chosen, labels, strict=True):
            cells = [numbers(float(array[at])) for array in _at(back, scan, step)]
            rows.append((f"    time step {scan.times[step]}{label}", *cells, ""))
    if case.h_0 == "given":
        over = [numbers(float(back.dh_0[at])) for at in chosen]
        rows += [(f"    to h_0{label}", "", carry, "", "", "") for label, carry in zip(labels, over, strict=True)]
    return rows


def _at(back: Back, scan: ScanTrace, step: int) -> tuple[Array, ...]:
    """dy, carry, h and da of one step, each (B, H)."""
    return back.dy[step], back.carry[step], scan.h[step + 1], back.da[step]


def _chosen(scan: ScanTrace, place: Place) -> list[tuple[int, ...]]:
    """The sequences and units that are shown: all, or those of the first wrong number."""
    _, sequences, units = scan.h.shape
    if sequences * units <= _WIDE:
        return list(itertools.product(range(sequences), range(units)))
    return [(place.batch or 0, (place.unit or 0) if place.tensor != "input" else 0)]


def _which(scan: ScanTrace, at: tuple[int, ...]) -> str:
    """Which sequence and unit a row is of, where there are several."""
    _, sequences, units = scan.h.shape
    return (f", sequence {at[0]}" if sequences > 1 else "") + (f", unit {at[1]}" if units > 1 else "")


def _side_by_side(wrong: WrongCall, place: Place, numbers: Numbers) -> Iterator[str]:
    """Every gradient, or the first wrong one where there are many numbers."""
    found = _gradients(wrong)
    masks = {name: wrong_numbers(array, wrong.wanted.tensors[name]) for name, array in found.items()}
    many = sum(array.size for array in found.values()) > _MOST
    rows: list[Row] = []
    around = 0
    for name in [place.tensor] if many else _torchs_order(wrong.wanted):
        for index in np.ndindex(found[name].shape):
            first = (name, index) == (place.tensor, place.index)
            around = len(rows) if first else around
            mark = f"{MARK} first wrong" if first else MARK if masks[name][index] else ""
            wanted = float(wrong.wanted.tensors[name].truth[index])
            rows.append((f"    {_number(name, index)}", numbers(wanted), numbers(float(found[name][index])), mark))
    yield from table([("  gradient of", "expected", "yours", ""), *clipped(rows, around)])
    if many:
        bad = [name for name in found if masks[name].any()]
        good = [name for name in found if name not in bad]
        yield from wrapped(f"Wrong: {', '.join(bad)}. Right: {', '.join(good) or 'none'}.", "  ")


def _gradients(wrong: WrongCall) -> dict[str, Array]:
    """What backward returned, of what was asked for."""
    got = wrong.got.gradients if isinstance(wrong.got.gradients, dict) else {}
    arrays = {name: got[name] for name in wrong.wanted.tensors if name not in _OUTPUTS and name in got}
    return {name: value for name, value in arrays.items() if isinstance(value, np.ndarray)}


def _torchs_order(wanted: ExpectedCall) -> list[str]:
    """The parameters as torch orders them, then h_0 and input."""
    return [*wanted.arguments.parameters, *(name for name in ("h_0", "input") if name in wanted.tensors)]


def _number(name: str, index: tuple[int, ...]) -> str:
    """One number of a tensor, as Python calls it."""
    return f"{name}[{', '.join(str(i) for i in index)}]"
