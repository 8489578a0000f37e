"""What a subject offers of torch's options: several layers, two directions, relu."""

from __future__ import annotations

import dataclasses
from typing import Any

from conformance.array_attributes import describe_arrays
from conformance.scaffold import object_arrays
from conformance.scaffold.attempt import Failed, attempt
from conformance.scaffold.bench import Bench
from conformance.scaffold.call import Finding
from conformance.scaffold.call_search import CallSearch
from conformance.scaffold.construction import Construction
from conformance.scaffold.insight import Insight
from conformance.scaffold.trial import told, trial
from conformance.scaffold.wiring import Wiring


def settle(insight: Insight) -> Insight:
    """With every option that it takes either handed on or among the unsettled."""
    construction = insight.construction
    if construction is None:
        return insight
    if "num_layers" in construction.offers:
        insight = _with_layers(insight, construction)
    if "bidirectional" in construction.offers and not insight.wiring.named:
        held = attempt(lambda: _held(construction.build(insight.subject, {"bidirectional": True})))
        held = held.why if isinstance(held, Failed) else held
        insight = _without(
            insight, "bidirectional", f"which array belongs to which direction; with two it holds {held}"
        )
    unset = dict(construction.unset)
    if "nonlinearity" in unset:
        insight = _without(insight, "nonlinearity", f"what {unset['nonlinearity']} should be for relu")
    return insight


def _without(insight: Insight, option: str, why: str) -> Insight:
    """With an option left at its default, and why."""
    construction = insight.construction.without(option) if insight.construction else None
    return insight.but(construction=construction, unsettled=(*insight.unsettled, (option, why)))


def _with_layers(insight: Insight, construction: Construction) -> Insight:
    """The wiring and the calls for two layers, and with them for any number."""
    single = insight.finding
    instance = attempt(lambda: construction.build(insight.subject, {"num_layers": 2}))
    if isinstance(instance, Failed) or single is None:
        why = instance.why if isinstance(instance, Failed) else "it cannot be called"
        return _without(insight, "num_layers", f"how it is built with two layers: {why}")
    wiring = _like(insight.wiring, object_arrays.any_layers(instance))
    if wiring is None:
        return _without(
            insight, "num_layers", f"which array belongs to which layer; with two it holds {_held(instance)}"
        )
    found, failure = _calls(insight, wiring, single)
    if not found:
        return _without(insight, "num_layers", f"where h_n of every layer is; {failure or 'it is not returned'}")
    return insight.but(wiring=wiring, layered=True, arrays=tuple(describe_arrays(instance))).called(found)


def _like(single: Wiring, several: Wiring | None) -> Wiring | None:
    """The wiring of several layers with the arrays used as in one; None where it has others."""
    kinds = [slot.role.kind for slot in single.slots]
    if several is None or [slot.role.kind for slot in several.slots] != kinds:
        return None
    slots = tuple(
        dataclasses.replace(slot, role=dataclasses.replace(one.role, shape=slot.role.shape))
        for slot, one in zip(several.slots, single.slots, strict=True)
    )
    return dataclasses.replace(several, slots=slots)


def _calls(insight: Insight, wiring: Wiring, single: Finding) -> tuple[list[Finding], str]:
    """The calls of two layers that return h_n, and what was said to the others."""
    small = trial(num_layers=2, bias=wiring.has_bias, dtype=insight.alone or "float64")
    search = CallSearch(Bench(insight.subject, insight.construction, wiring, small, insight.library), single.entrance)
    return [f for f in search.findings() if f.h_n is not None], search.failure


def _held(instance: Any) -> str:
    """Its arrays, for a sentence."""
    return told(describe_arrays(instance))
