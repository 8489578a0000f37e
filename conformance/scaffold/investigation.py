"""Everything that can be found out about a subject by reading its names and shapes and by trying it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from conformance.array_attributes import describe_arrays
from conformance.scaffold import construction as constructions
from conformance.scaffold import object_arrays, weight_arguments
from conformance.scaffold.attempt import Failed, attempt
from conformance.scaffold.bench import Bench
from conformance.scaffold.call import Entrance, Finding, entrances
from conformance.scaffold.call_search import AGREES, CallSearch
from conformance.scaffold.construction import Construction
from conformance.scaffold.subject import Subject
from conformance.scaffold.trial import trial
from conformance.scaffold.wiring import Wiring


@dataclass
class Insight:
    """What is known; what is None or empty could not be settled, and `problems` say why.

    `given` and `absent` are how to call it with and without h_0. `arrays` are those that its object holds.
    """

    subject: Subject
    construction: Construction | None = None
    wiring: Wiring = field(default_factory=lambda: Wiring(()))
    given: Finding | None = None
    absent: Finding | None = None
    library: str = "np"
    dtype: str = "float64"
    layered: bool = False
    arrays: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def finding(self) -> Finding | None:
        """One way to call it."""
        return self.given or self.absent

    @property
    def settled(self) -> bool:
        """Whether a trial run agreed with torch's equations."""
        return self.finding is not None and self.finding.evidence == AGREES

    def bench(self, num_layers: int = 1) -> Bench:
        """A bench with all that is known."""
        bias = self.wiring.has_bias
        return Bench(
            self.subject,
            self.construction,
            self.wiring,
            trial(num_layers=num_layers, bias=bias, dtype=self.dtype),
            self.library,
        )


def investigate(subject: Subject) -> Insight:
    """Find out how it is built, filled and called; whatever stays open is told in the insight's problems."""
    insight = Insight(subject)
    _construct(insight)
    if insight.problems:
        return insight
    _wire_and_call(insight)
    if insight.finding is not None:
        _add_layers(insight)
    insight.wiring = insight.wiring.remarked(settled=insight.settled)
    return insight


def _construct(insight: Insight) -> None:
    """How it is built, if it is a class."""
    if not insight.subject.is_class:
        return
    found = constructions.find(insight.subject)
    if isinstance(found, str):
        insight.problems.append(f"how {insight.subject.name} is built: {found}")
        return
    insight.construction = found
    if not found.weights:
        insight.arrays = describe_arrays(found.build(insight.subject, {}))


def _wirings(insight: Insight) -> Iterator[tuple[Wiring, str]]:
    """Every wiring worth trying, with the library that its arrays are of."""
    subject, construction = insight.subject, insight.construction
    if construction is not None and not construction.weights:
        wiring = object_arrays.one_layer(construction.build(subject, {}))
        tensors = any(slot.kind == "tensor" for slot in wiring.slots) or (not wiring.slots and subject.uses_torch)
        yield from ((variant, "torch" if tensors else "np") for variant in wiring.variants())
        return
    names: tuple[str, ...] = ()
    container, after = "", ()
    if construction is not None:
        names, after = construction.weights, (f"self.theirs = {construction.call}",)
    else:
        (entrance,) = entrances(subject)
        names = tuple(name for name, _ in entrance.others)
        if weight_arguments.is_weight_dict(subject.value) and names:
            container, names = names[0], weight_arguments.dict_keys(subject)
    for tensors in (True, False) if subject.uses_torch else (False,):
        for wiring in weight_arguments.wirings(names, container, tensors=tensors, after=after):
            yield wiring, "torch" if tensors else "np"


def _wire_and_call(insight: Insight) -> None:
    """Which array is which parameter, and how it is called: the first wiring with which a trial run agrees."""
    best: tuple[Wiring, str, str, list[Finding]] | None = None
    failures: dict[str, str] = {}
    tried = False
    for dtype in ("float64", "float32"):
        for wiring, library in _wirings(insight):
            tried = True
            found = _best_findings(insight, wiring, library, dtype, failures)
            if found and (best is None or found[0].evidence > best[3][0].evidence):
                best = (wiring, library, dtype, found)
            if found and found[0].evidence == AGREES:
                break
        if best is not None:
            break
    if best is None:
        insight.problems += [f"how {name} is called: {why}" for name, why in failures.items()]
        if not tried:
            insight.problems.append("which of its arguments are its weights")
        return
    insight.wiring, insight.library, insight.dtype, found = best
    _choose(insight, found)


def _best_findings(
    insight: Insight, wiring: Wiring, library: str, dtype: str, failures: dict[str, str]
) -> list[Finding]:
    """What the best way into it returned; a way that makes single steps only where no other returned anything."""
    bench = Bench(insight.subject, insight.construction, wiring, trial(bias=wiring.has_bias, dtype=dtype), library)
    ways = entrances(insight.subject)
    found: list[list[Finding]] = []
    for is_step in (False, True):
        for entrance in (way for way in ways if way.is_step == is_step):
            found.append(_search(bench, entrance, failures))
            if found[-1] and found[-1][0].evidence == AGREES:
                return found[-1]
        if any(found):
            break
    return max(found, key=lambda one: one[0].evidence if one else 0, default=[])


def _search(bench: Bench, entrance: Entrance, failures: dict[str, str]) -> list[Finding]:
    search = CallSearch(bench, entrance)
    found = search.findings()
    if not found:
        failures.setdefault(entrance.name.replace("self.theirs", bench.subject.name), search.failure)
    return found


def _choose(insight: Insight, found: list[Finding]) -> None:
    """The best way to call it with h_0, and, laid out alike, without."""
    best = found[0]
    alike = [f for f in found if f.grain == best.grain and f.x == best.x and f.output == best.output]
    insight.given = next((f for f in alike if f.h is not None), None)
    insight.absent = next((f for f in alike if f.h is None), None)
