"""What the command tells its user: what was recognised, what is left to fill in, what to type next."""

from __future__ import annotations

import textwrap
from pathlib import Path

from conformance.scaffold.call import AXES, Finding
from conformance.scaffold.draft import Draft
from conformance.scaffold.insight import Insight
from conformance.scaffold.rehearsal import Rehearsal
from conformance.scaffold.trial import LETTERS

_WIDTH = 79
_INDENT = 15


def account(draft: Draft, path: Path) -> list[str]:
    """Lines of at most 79 columns, but for paths."""
    insight = draft.insight
    lines = [f"Written: {path}, an adapter for {insight.name} of {insight.subject.path}.", ""]
    lines += _recognised(insight)
    lines += _tried(draft.rehearsal)
    for note in draft.notes:
        lines += _wrapped("note", note)
    for sentence in draft.adapter.left:
        lines += _wrapped("fill in", sentence.removeprefix("fill in: "))
    last = "Fill in what is left, then let the check judge:" if draft.adapter.left else "The check is the judge:"
    return [*lines, "", last, *command(path)]


def command(path: Path) -> list[str]:
    """What to type next."""
    return ["", f"  rnn-conformance check {path}"]


def _recognised(insight: Insight) -> list[str]:
    """How it is built, filled and called."""
    lines = []
    if insight.construction is not None:
        lines += _wrapped("built as", insight.construction.call)
    for slot in insight.wiring.slots:
        lines += _wrapped(
            "holds", f"{' and '.join(slot.role.parameters)} as {slot.location.name} {slot.role.told(LETTERS)}"
        )
    return lines if insight.finding is None else lines + _called(insight, insight.finding)


def _called(insight: Insight, finding: Finding) -> list[str]:
    """Its call, with the layouts in letters."""
    ours_x, ours_h, ours_output = AXES[finding.grain]
    called = finding.entrance.name.removeprefix("self.theirs.").removeprefix("theirs.")
    called = insight.name if called == "self.theirs" else called
    lines = _wrapped("called as", f"{called}, with an input of {finding.x.axes(ours_x)}")
    if finding.h is not None:
        kept = f", which it keeps in {finding.attribute}" if finding.attribute else ""
        lines += _wrapped("", f"and a state of {finding.h.axes(ours_h)}{kept}")
    source = finding.output.text.replace("self.theirs.", "its ")
    return lines + _wrapped("", f"output is {source}, {finding.output.layout.axes(ours_output)}")


def _tried(rehearsal: Rehearsal) -> list[str]:
    """The rehearsal, by what became of it."""
    lines = []
    every = [*rehearsal.outcomes, rehearsal.gradients]
    for how, word in (("agrees", "tried, right"), ("differs", "tried, wrong"), ("raises", "tried, fails")):
        told = "; ".join(f"{o.what} ({o.why})" if o.why else o.what for o in every if o.how == how)
        if told:
            lines += _wrapped(word, told)
    declined = ", ".join(o.what for o in every if o.how == "declines" and not o.why.startswith("fill in"))
    return lines + (_wrapped("not offered", declined) if declined else [])


def _wrapped(word: str, text: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=f"  {word:<{_INDENT - 2}}",
        subsequent_indent=" " * _INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )
