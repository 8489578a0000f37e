"""Everything that is known about a subject."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from conformance.scaffold.bench import Bench
from conformance.scaffold.call import Finding
from conformance.scaffold.call_search import AGREES
from conformance.scaffold.construction import Construction
from conformance.scaffold.subject import Subject
from conformance.scaffold.trial import trial
from conformance.scaffold.wiring import NO_WIRING, Wiring


@dataclass(frozen=True)
class Insight:
    """What is known of how a subject is built, filled and called.

    `given` and `absent` are how to call it with and without h_0; where there is neither, or it cannot be built,
    `failure` says why. `arrays` are those that its object holds. `layered`: it is known for any number of layers.
    `alone`: the one dtype that it computes in. `unsettled` are options of torch's that it may offer, each with what
    could not be found out.
    """

    subject: Subject
    construction: Construction | None = None
    wiring: Wiring = NO_WIRING
    given: Finding | None = None
    absent: Finding | None = None
    library: str = "np"
    alone: str = ""
    layered: bool = False
    arrays: tuple[tuple[str, tuple[int, ...]], ...] = ()
    failure: str = ""
    unsettled: tuple[tuple[str, str], ...] = ()

    def but(self, **changes: Any) -> Insight:
        """The same with something more known."""
        return dataclasses.replace(self, **changes)

    @property
    def name(self) -> str:
        """What the user calls it."""
        return self.subject.name

    @property
    def finding(self) -> Finding | None:
        """One way to call it."""
        return self.given or self.absent

    @property
    def settled(self) -> bool:
        """Whether a trial run agreed with torch's equations."""
        return self.finding is not None and self.finding.evidence == AGREES

    def offers(self, option: str) -> bool:
        """Whether one of torch's options is handed on to it."""
        return self.construction is not None and option in self.construction.offers

    def bench(self) -> Bench:
        """A bench with all that is known, of two layers where it is known for several."""
        small = trial(num_layers=2 if self.layered else 1, bias=self.wiring.has_bias, dtype=self.alone or "float64")
        return Bench(self.subject, self.construction, self.wiring, small, self.library)

    def called(self, found: list[Finding]) -> Insight:
        """With the best way to call it with h_0 and, laid out alike, without."""
        best = found[0]
        alike = [f for f in found if f.grain == best.grain and f.x == best.x and f.output == best.output]
        return self.but(
            given=next((f for f in alike if f.h is not None), None),
            absent=next((f for f in alike if f.h is None), None),
        )
