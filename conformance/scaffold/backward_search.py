"""Finding out by trying how gradients are had from somebody else's network, and which is which."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from conformance.array_attributes import find_arrays
from conformance.scaffold.answer import parts, within
from conformance.scaffold.attempt import Failed, attempt, evaluate, execute
from conformance.scaffold.backward import Gradients, Way, ways
from conformance.scaffold.call import Finding, Grain
from conformance.scaffold.call_search import CallSearch
from conformance.scaffold.gradient_match import Candidates
from conformance.scaffold.insight import Insight
from conformance.scaffold.layout import SAMPLE_STATES, STATES, Layout
from conformance.scaffold.trial import Trial

#: What each kind of call is given of the trial's arrays.
_OURS: dict[Grain, tuple[str, str, str, str]] = {
    "sequences": ("x", "h", "g", "g_n"),
    "sequence": ("x[:, n]", "h[:, n]", "g[:, n]", "g_n[:, n]"),
}


def search(insight: Insight) -> Gradients | str:
    """The way back that yields most gradients, or why none was found.

    It is tried on whole batches and, where that does not yield everything, on one sequence at a time.
    """
    finding = insight.finding
    if finding is None or finding.grain not in _OURS:
        return "it makes one step at a time, and how its steps are differentiated together was not looked for"
    told: list[str] = []
    best: Gradients | None = None
    for given, absent in _calls(insight, finding):
        for way in ways(insight.subject, given, absent):
            if isinstance(way, str):
                told.append(way)
                continue
            for filled in _layouts(way):
                found = _try(insight, filled)
                if isinstance(found, Failed):
                    told.append(f"{_name(way)}: {found.why}")
                elif best is None or _rank(found) > _rank(best):
                    best = found
                if best is not None and not best.missing and len(best.agreeing) == len(best.sources):
                    return best
    return best or (told[0] if told else "it has nothing that differentiates it")


def _calls(insight: Insight, finding: Finding) -> Iterator[tuple[Finding | None, Finding | None]]:
    """How it is called as already found, then for one sequence alone."""
    yield insight.given, insight.absent
    if finding.grain == "sequences":
        found = CallSearch(insight.bench(), finding.entrance).at("sequence")
        agreeing = [f for f in found if f.evidence == finding.evidence]
        given = next((f for f in agreeing if f.h is not None), None)
        absent = next((f for f in agreeing if f.h is None), None)
        if (given is None, absent is None) == (insight.given is None, insight.absent is None):
            yield given, absent


def _layouts(way: Way) -> Iterator[Way]:
    """The upstream gradient of output laid out as output is, and that of h_n in every way."""
    finding = way.finding
    x, _, g, g_n = _OURS[finding.grain]
    output = finding.output.layout
    like_output = dataclasses.replace(
        output, spare="", container="list" if output.container == "dict" else output.container
    )
    likely: list[Layout] = [layout for layout in (finding.h_n and finding.h_n.layout, finding.h) if layout]
    states = STATES if finding.grain == "sequences" else SAMPLE_STATES
    for layout in dict.fromkeys((*likely, *states)) if way.takes_g_n else states[:1]:
        text = way.text.replace("{g_n}", layout.write(g_n)).replace("{g}", like_output.write(g))
        filled = dataclasses.replace(way, text=text.replace("{x}", finding.x.write(x)))
        yield filled


def _try(insight: Insight, way: Way) -> Gradients | Failed:
    """Forward and backward once, and what is in the answer."""
    folded = not _hands_g_n(way)
    trial = _trial(insight, way, folded=folded)

    def run() -> dict[str, Any]:
        bench = dataclasses.replace(insight.bench(), trial=trial)
        names = bench.names() | {"n": 0}
        if folded:
            execute("g = g.copy()\ng[-1] += g_n[-1]", names)
        ours_x, ours_h, _, _ = _OURS[way.finding.grain]
        execute(way.finding.setting(ours_h), names)
        names["result"] = evaluate(way.finding.call(ours_x, ours_h), names)
        names["gradients"] = evaluate(way.text, names)
        return names

    names = attempt(run)
    if isinstance(names, Failed):
        return names
    candidates = Candidates(dict(_values(names)), trial, insight.wiring, names)
    return candidates.gradients(way, with_h_0=way.finding.h is not None)


def _hands_g_n(way: Way) -> bool:
    return "g_n" in way.text


def _trial(insight: Insight, way: Way, *, folded: bool) -> Trial:
    """The trial of a batch or of one sequence.

    A backward that is handed nothing for h_n can be told what reaches it of the last layer, where h_n is output's last
    step, but not of those below: with several layers it is tried without.
    """
    case = insight.bench().trial.case
    if way.finding.grain == "sequence":
        case = dataclasses.replace(case, batch_size=1)
    if folded and case.num_layers > 1:
        case = dataclasses.replace(case, upstream="output")
    if way.finding.h is None:
        case = dataclasses.replace(case, h_0="absent")
    return Trial(case)


def _values(names: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Python and value of everything that may be a gradient: what was returned first, then what is kept."""
    yield from within("gradients", names["gradients"], depth=2)
    yield from (item for item in parts(names) if not item[0].startswith("result"))
    for array in find_arrays(names["self"].theirs):
        yield f"self.theirs.{array.path}", evaluate(f"self.theirs.{array.path}", names)


def _rank(found: Gradients) -> tuple[int, int]:
    return len(found.agreeing), len(found.sources)


def _name(way: Way) -> str:
    return way.text.partition("(")[0].removeprefix("self.theirs.")
