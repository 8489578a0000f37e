"""One number of one state, worked out: a = x W_ih^T + b_ih + h W_hh^T + b_hh, and tanh or relu of it."""

from __future__ import annotations

import numpy as np

from conformance.walkthrough.calculation import Calculation, Line, dot
from conformance.walkthrough.trace import ScanTrace

_SUMS = ("x W_ih^T", "h W_hh^T", "b_ih", "b_hh")


def state(scan: ScanTrace, step: int, batch: int, unit: int) -> Calculation:
    """How one unit's state of one step (in the scan's own order) comes about; h is the state before."""
    rows = [array[unit] for array in scan.weights]
    terms = [dot(_SUMS[0], scan.x[step, batch], rows[0]), dot(_SUMS[1], scan.h[step, batch], rows[1])]
    terms += [Line(name, (), float(bias)) for name, bias in zip(_SUMS[2:], rows[2:], strict=False)]
    a = float(sum(term.result for term in terms))
    name = "relu" if scan.relu else "tanh"
    h = float(np.maximum(a, 0.0) if scan.relu else np.tanh(a))
    formula = f"a = {' + '.join(term.what for term in terms)}, h = {name}(a)"
    return Calculation(formula, (*terms, Line("a", (), a), Line(f"{name}(a)", (), h)))
