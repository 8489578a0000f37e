"""Finding out how a subject is built, filled and called, by its names and shapes and by trying it."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.array_attributes import describe_arrays
from conformance.scaffold import object_arrays, options, weight_arguments
from conformance.scaffold.bench import Bench
from conformance.scaffold.call import Entrance, Finding, entrances
from conformance.scaffold.call_search import AGREES, CallSearch
from conformance.scaffold.construction import find
from conformance.scaffold.insight import Insight
from conformance.scaffold.subject import Subject
from conformance.scaffold.trial import trial
from conformance.scaffold.wiring import Wiring


def investigate(subject: Subject) -> Insight:
    """Everything that can be found out; what stays open is told in the insight."""
    insight = _built(Insight(subject))
    if insight.failure:
        return insight
    insight = _wired_and_called(insight)
    if insight.finding is None:
        return insight
    insight = options.settle(insight)
    return insight.but(wiring=insight.wiring.remarked(settled=insight.settled))


def _built(insight: Insight) -> Insight:
    """How it is built, if it is a class."""
    if not insight.subject.is_class:
        return insight
    found = find(insight.subject)
    if isinstance(found, str):
        return insight.but(failure=f"how {insight.name} is built: {found}")
    arrays = () if found.weights else tuple(describe_arrays(found.build(insight.subject, {})))
    return insight.but(construction=found, arrays=arrays)


def _wired_and_called(insight: Insight) -> Insight:
    """Which array is which parameter, and how it is called: the first wiring with which a trial run agrees."""
    failures: dict[str, str] = {}
    for alone in ("", "float32"):
        best: tuple[Wiring, str, list[Finding]] | None = None
        for wiring, library in _wirings(insight):
            bench = Bench(
                insight.subject,
                insight.construction,
                wiring,
                trial(bias=wiring.has_bias, dtype=alone or "float64"),
                library,
            )
            found = _best_findings(bench, failures)
            if found and (best is None or found[0].evidence > best[2][0].evidence):
                best = (wiring, library, found)
            if found and found[0].evidence == AGREES:
                break
        if best is not None:
            return insight.but(wiring=best[0], library=best[1], alone=alone).called(best[2])
    wiring, library = next(_wirings(insight), (insight.wiring, insight.library))
    told = "; ".join(f"how {name} is called: {why}" for name, why in failures.items())
    why = told or f"which arguments of {insight.name} are its weights"
    return insight.but(wiring=wiring.remarked(settled=False), library=library, failure=why)


def _wirings(insight: Insight) -> Iterator[tuple[Wiring, str]]:
    """Every wiring worth trying, with the library that its arrays are of."""
    subject, construction = insight.subject, insight.construction
    if construction is not None and not construction.weights:
        wiring = object_arrays.one_layer(construction.build(subject, {}))
        tensors = any(slot.kind == "tensor" for slot in wiring.slots) or (not wiring.slots and subject.uses_torch)
        yield from ((variant, "torch" if tensors else "np") for variant in wiring.variants())
        return
    names: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    container = ""
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


def _best_findings(bench: Bench, failures: dict[str, str]) -> list[Finding]:
    """What the best way into it returned; a way that makes single steps only where no other returned anything."""
    ways = entrances(bench.subject)
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
    """What one way returned; why it returned nothing goes into `failures`, once."""
    search = CallSearch(bench, entrance)
    found = search.findings()
    if not found:
        failures.setdefault(entrance.name.replace("self.theirs", bench.subject.name), search.failure)
    return found
