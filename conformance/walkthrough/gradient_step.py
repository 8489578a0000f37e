"""One number of one gradient, worked out from every da of its scans."""

from __future__ import annotations

from conformance.arguments import Array
from conformance.case import Case
from conformance.walkthrough.calculation import Calculation, Line, Product, added, dot
from conformance.walkthrough.trace import Back, ScanTrace

_PARAMETERS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def gradient(case: Case, scans: tuple[ScanTrace, ...], tensor: str, index: tuple[int, ...]) -> Calculation:
    """How the number at an index of a gradient comes about; `tensor` is what it is the gradient of."""
    if tensor == "input":
        return _of_input(case, scans, index)
    if tensor == "h_0":
        return _of_h_0(scans[index[0]], index[1] if case.batched else 0, index[-1])
    scan = next(scan for scan in scans if tensor in scan.names)
    return _of_parameter(scan, _PARAMETERS[scan.names.index(tensor)], index)


def _of_parameter(scan: ScanTrace, kind: str, index: tuple[int, ...]) -> Calculation:
    """A sum over every step and sequence, from the last step to the first."""
    da = _back(scan).da[..., index[0]]
    factor = {"weight_ih": scan.x, "weight_hh": scan.h[:-1]}.get(kind)
    what = {"weight_ih": "da · x", "weight_hh": "da · (the h before)"}.get(kind, "da")
    lines = []
    for step in reversed(range(len(da))):
        pairs = [_product(da, factor, (step, batch), index) for batch in range(da.shape[1])]
        lines.append(added(f"time step {scan.times[step]}", pairs))
    sequences = " and sequence" if da.shape[1] > 1 else ""
    return _with_sum(f"the sum of {what} over every time step{sequences}", lines)


def _product(da: Array, factor: Array | None, place: tuple[int, int], index: tuple[int, ...]) -> Product:
    """What one step of one sequence adds."""
    return (float(da[place]),) if factor is None else (float(da[place]), float(factor[(*place, index[1])]))


def _of_h_0(scan: ScanTrace, batch: int, unit: int) -> Calculation:
    """What is carried beyond the first step."""
    line = dot(f"time step {scan.times[0]}", _back(scan).da[0, batch], scan.weights[1][:, unit])
    return _with_sum("da W_hh at the scan's first step", [line])


def _of_input(case: Case, scans: tuple[ScanTrace, ...], index: tuple[int, ...]) -> Calculation:
    """What every direction of the first layer hands back at one time step."""
    time, batch = (index[1], index[0]) if case.batch_first and case.batched else (index[0], index[1])
    readers = [scan for scan in scans if scan.layer == 0]
    lines = [
        dot(scan.direction, _back(scan).da[scan.times.index(time), batch if case.batched else 0], weights)
        for scan in readers
        for weights in (scan.weights[0][:, index[-1]],)
    ]
    over = ", summed over both directions" if len(readers) > 1 else ""
    return _with_sum(f"da W_ih at time step {time}{over}", lines)


def _with_sum(formula: str, lines: list[Line]) -> Calculation:
    """The lines, and their sum where there are several."""
    if len(lines) > 1:
        lines = [*lines, Line("their sum", (), sum(line.result for line in lines))]
    return Calculation(formula, tuple(lines))


def _back(scan: ScanTrace) -> Back:
    """The way back, which a case that asks for gradients has."""
    if scan.back is None:
        raise ValueError(f"{scan.name} has no gradients: the case asks for none")
    return scan.back
