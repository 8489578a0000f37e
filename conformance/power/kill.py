"""A kill: how one case caught a wrong network, and by how much."""

from __future__ import annotations

import math
from dataclasses import dataclass

from conformance.status import Layer, Status
from conformance.verdict import Verdict

_CAUGHT = (Status.FAIL, Status.ERROR, Status.CRASH, Status.TIMEOUT, Status.MEMORY)
#: Where an answer that differs in these differs in numbers alone.
_NUMBERS = (Layer.VALUE, Layer.GRADIENT)


@dataclass(frozen=True)
class Kill:
    """Where the answer first differed ("raised" where there was none), and the greatest error over tolerance.

    The margin is infinite where it was no number that gave it away: a shape, a type, NaN, what it changed or raised.
    """

    layer: str
    margin: float


def as_kill(verdict: Verdict) -> Kill | None:
    """How a case caught what was run, or None where it did not; a suite error catches nothing."""
    if verdict.status not in _CAUGHT:
        return None
    ratio = max((d.ratio for d in verdict.distances.values() if not math.isnan(d.ratio)), default=0.0)
    numbers = verdict.layer in _NUMBERS and ratio > 1
    return Kill(verdict.layer or "raised", ratio if numbers else math.inf)
