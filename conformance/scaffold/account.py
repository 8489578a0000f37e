"""What the command tells its user: what was recognised, what is left to fill in, what to type next."""

from __future__ import annotations

import textwrap

from conformance.scaffold.call import AXES
from conformance.scaffold.insight import Insight
from conformance.scaffold.rehearsal import Outcome

_WIDTH = 96


def account(
    insight: Insight, outcomes: list[Outcome], gradients: Outcome, left: tuple[str, ...], notes: list[str]
) -> list[str]:
    """Lines of at most 96 columns."""
    lines = _recognised(insight)
    lines += _tried(outcomes, gradients)
    for sentence in left:
        lines += _wrapped(f"  to {sentence}")
    for note in notes:
        lines += _wrapped(f"  note: {note}")
    return lines


def _recognised(insight: Insight) -> list[str]:
    lines = []
    if insight.construction is not None:
        lines += _wrapped(f"  built as    {insight.construction.call}")
    for slot in insight.wiring.slots:
        where = slot.place.read.removeprefix("self.theirs.").removeprefix("self.")
        lines += _wrapped(f"  holds       {where} = {' and '.join(slot.role.parameters)}, {slot.role.comment}")
    finding = insight.finding
    if finding is not None:
        ours_x, ours_h, ours_output = AXES[finding.grain]
        called = finding.entrance.name.removeprefix("self.theirs.").removeprefix("theirs.")
        called = insight.name if called == "self.theirs" else called
        lines += _wrapped(f"  called as   {called}, input {finding.x.axes(ours_x)}")
        if finding.h is not None:
            lines += _wrapped(
                f"  state       {finding.h.axes(ours_h)}{f', kept in {finding.attribute}' * bool(finding.attribute)}"
            )
        source = finding.output.text.replace("self.theirs.", "its ").replace("result", "what it returns")
        lines += _wrapped(f"  output      {source}: {finding.output.layout.axes(ours_output)}")
    return lines


def _tried(outcomes: list[Outcome], gradients: Outcome) -> list[str]:
    """The rehearsal, by what became of it."""
    lines = []
    every = [*outcomes, gradients]
    for how, words in (("agrees", "right in"), ("differs", "wrong in"), ("raises", "raises in")):
        found = [o for o in every if o.how == how]
        if not found:
            continue
        told = "; ".join(f"{o.what} ({o.why})" if o.why else o.what for o in found) if how != "agrees" else ""
        lines += _wrapped(f"  a trial run {words}: {told or ', '.join(o.what for o in found)}")
    declined = ", ".join(o.what for o in every if o.how == "declines" and not o.why.startswith("fill in"))
    if declined:
        lines += _wrapped(f"  not offered: {declined}")
    return lines


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent=" " * 14, break_long_words=False, break_on_hyphens=False)
