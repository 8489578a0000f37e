"""What a submission may take, case by case and in all, and what it has taken."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from conformance.confinement.limits import Limits
from conformance.wire.stream import MOST_ASIDE

#: Cases in a row that one case child answers, where it is to be fast.
GROUP = 8
#: After so many seconds a child answers no other case.
LONG = 0.5
#: Seconds.
_LEAST = 1.0


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """`seconds` by the clock for one case and `total_seconds` for all, `output` in bytes a case, and the limits' layer.

    The judge's own work is not counted: `total_seconds` is what it spends waiting. So many cases in a row (`group`) are
    answered by one child; where that is more than one, `afresh` finds out whether their answers hang together.
    """

    seconds: float = 10.0
    total_seconds: float = 300.0
    output: int = MOST_ASIDE
    group: int = 1
    limits: Limits = field(default_factory=Limits)

    @property
    def caps(self) -> Limits:
        """The limits of a process, which may have answered other cases for a while."""
        return replace(self.limits, cpu_seconds=self.limits.cpu_seconds + math.ceil(LONG) * (self.group > 1))


class Clock:
    """Counts the seconds in which the judge waited."""

    def __init__(self, total_seconds: float) -> None:
        self.left = total_seconds

    def most(self, seconds: float) -> float:
        """What is left for a case that may take so many seconds; enough for its child to begin, in any case."""
        return min(seconds, max(self.left, _LEAST))

    @contextlib.contextmanager
    def waiting(self) -> Iterator[None]:
        """Count what passes within the block."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.left -= time.monotonic() - began
