"""An adapter that has been rehearsed, and what is to be told of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from conformance.scaffold import backward_search
from conformance.scaffold.adapter import Adapter, write
from conformance.scaffold.backward import Gradients
from conformance.scaffold.insight import Insight
from conformance.scaffold.rehearsal import Rehearsal, rehearse
from conformance.scaffold.trial import trial


@dataclass(frozen=True)
class Draft:
    """An adapter, what it was made of, how it did, and sentences that its user should read."""

    insight: Insight
    adapter: Adapter
    rehearsal: Rehearsal
    notes: tuple[str, ...]


def draft(insight: Insight, path: Path) -> Draft:
    """Write the text and rehearse it; what it turns out not to offer is taken back, and it is rehearsed again."""
    autograd = insight.library == "torch" and insight.finding is not None
    found = "" if autograd or insight.finding is None else backward_search.search(insight)
    adapter, rehearsal = _rehearsed(insight, found, path, autograd=autograd)
    notes = [f"no backward: {found}"] if isinstance(found, str) and found else []
    if autograd and rehearsal.gradients.how == "raises":
        notes.append(f"no backward: autograd cannot differentiate it: {rehearsal.gradients.why}")
        autograd = False
        adapter, rehearsal = _rehearsed(insight, "", path, autograd=autograd)
    if rehearsal.widens:
        notes.append(f"given float32 it returns {rehearsal.widens}, so its adapter declines float32")
        insight = insight.but(alone="float64")
        adapter, rehearsal = _rehearsed(insight, found, path, autograd=autograd)
    return Draft(insight, adapter, rehearsal, (*notes, *_notes(insight)))


def _rehearsed(insight: Insight, found: Gradients | str, path: Path, *, autograd: bool) -> tuple[Adapter, Rehearsal]:
    adapter = write(insight, None if isinstance(found, str) else found, path, autograd=autograd)
    bias = insight.wiring.has_bias or bool(insight.wiring.missing)
    return adapter, rehearse(adapter.text, path, trial(bias=bias, dtype=insight.alone or "float64"))


def _notes(insight: Insight) -> list[str]:
    """What its user should know of how it was understood."""
    notes = [slot.remark for slot in insight.wiring.slots if slot.remark and not insight.settled]
    path = insight.subject.path
    if insight.subject.parts:
        parts = ", ".join(f"{path}:{part}" for part in insight.subject.parts)
        notes.append(f"taken for parts of it; name one of them if it is meant: {parts}")
    if insight.wiring.named:
        notes.append(f"its names are torch's; perhaps it needs no adapter: rnn-conformance check {path}:{insight.name}")
    if insight.alone == "float32":
        notes.append("it does not run in float64, so it is judged in float32")
    return notes
