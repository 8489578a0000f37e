"""A bench: planted faults, run and judged case by case as anybody's network is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from conformance.adapters.plain_class import ClassImplementation
from conformance.case import Case
from conformance.execution import load_oracle
from conformance.faults import BY_ID, plant
from conformance.implementation import Implementation
from conformance.observation import observe
from conformance.power.kill import Kill, as_kill
from conformance.power.sameness import same
from conformance.runner import Runner
from conformance.verdict import Verdict, judge

#: By fault and case: each a place in its list.
Kills = dict[tuple[int, int], Kill]
#: Faults that are planted together, and the cases that may catch them, in the order in which they are tried.
Try = tuple[tuple[str, ...], Sequence[Case]]


@dataclass(frozen=True)
class Found:
    """What some cases caught, and which of them are themselves at fault."""

    kills: Kills
    suite_errors: tuple[int, ...]


@dataclass
class Bench:
    """The cases and faults of one measurement; what torch answers is kept.

    There is no smoke step, which would catch some faults before any case does: the power of the cases is what is
    measured.
    """

    cases: Sequence[Case]
    faults: Sequence[str]
    seed: int
    _runner: Runner = field(init=False)

    def __post_init__(self) -> None:
        """Raises NoTorchError where there is nothing to compare with."""
        self._runner = Runner(load_oracle(), self.seed)
        self._planted = [planted(fault) for fault in self.faults]
        self._right = planted()

    def kills(self, places: Iterable[int], faults: Collection[int] | None = None) -> Found:
        """How faults, all or those at some places, are caught by the cases at these places."""
        chosen = range(len(self.faults)) if faults is None else faults
        found: Kills = {}
        errors = []
        for place in places:
            case = self.cases[place]
            expected = self._runner.expected(case)
            if isinstance(expected, Verdict):
                errors.append(place)
                continue
            right = observe(self._right, case, expected.arguments)
            for number in chosen:
                if self._idle(number, case):
                    continue
                observed = observe(self._planted[number], case, expected.arguments)
                # Most faults leave most cases alone, and to see that is quicker than to judge it again.
                caught = None if same(observed, right) else as_kill(judge(expected, observed))
                if caught is not None:
                    found[number, place] = caught
        return Found(found, tuple(errors))

    def escapes(self, tries: Iterable[Try]) -> list[tuple[str, ...]]:
        """The faults, planted together, that none of their cases catches; each is tried in turn until one does."""
        return [faults for faults, cases in tries if not self._caught(planted(*faults), cases)]

    def _caught(self, implementation: Implementation, cases: Iterable[Case]) -> bool:
        return any(self.kill(implementation, case) is not None for case in cases)

    def _idle(self, number: int, case: Case) -> bool:
        """Whether a fault cannot act: what only backward does is not done where backward is never called."""
        return case.asks != "gradients" and BY_ID[self.faults[number]].part == "gradients"

    def kill(self, implementation: Implementation, case: Case) -> Kill | None:
        """What one case finds."""
        expected = self._runner.expected(case)
        if isinstance(expected, Verdict):  # the suite's own fault
            return None
        return as_kill(judge(expected, observe(implementation, case, expected.arguments)))


def planted(*faults: str) -> Implementation:
    """The reference with these faults, each as it is planted by default."""
    return _Planted("+".join(faults), plant(dict.fromkeys(faults)))


class _Planted(ClassImplementation):
    """The reference takes every argument; to read that off its signature in every case would cost a tenth of it."""

    def lacks(self, case: Case) -> str | None:  # noqa: ARG002
        """Nothing."""
        return None
