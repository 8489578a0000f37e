"""The author's feedback as plain text: the verdict, what is wrong and where, the simplest failure, hidden counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from conformance.feedback.author import AuthorView, FeatureCount, for_author
from conformance.plain_text import clean, inert, one_line
from conformance.record import Record, Run
from conformance.report import gate
from conformance.report.explanation import explanation
from conformance.report.note import notes
from conformance.report.reproduction import commands
from conformance.report.shapes import shapes
from conformance.report.terminal import separating_lines
from conformance.report.text import wrapped

_COLUMNS = ("expected", "run", "right", "wrong", "declined")


def render(run: Run, *, strict: bool = False) -> str:
    """Everything that the author of a submission is told, for a terminal or a box of text; ends with a line break.

    Raises NotJudgedError where nothing was decided; see `not_judged`.
    """
    return text(for_author(run, strict=strict))


def advice(run: Run, *, strict: bool = False) -> str:
    """The same of a run that was shut in too weakly for a verdict, which its first words say.

    Raises NotJudgedError where there would be none at any level; see `not_judged`.
    """
    return text(for_author(run, strict=strict, advice=True))


def not_judged(why: str) -> str:
    """What is said where nothing was decided."""
    return inert("\n".join(["NOT JUDGED", *wrapped(why)]) + "\n")


def text(view: AuthorView) -> str:
    """The same of a view."""
    settings = separating_lines(view.summary) if view.summary.connected else ()
    parts = [_head(view), mistakes(view), _simplest(view), settings, hidden(view.hidden), _beside(view)]
    parts.append(_circumstances(view))
    blocks = ["\n".join(lines) for part in parts if (lines := list(part))]
    return inert("\n\n".join(blocks) + "\n")


def title(view: AuthorView) -> str:
    """`PASSED` or `NOT PASSED`, and what was judged; neither where it was shut in too weakly."""
    word = "NOT A VERDICT" if gate.no_verdict(view.run.header.gate) else "PASSED" if view.passed else "NOT PASSED"
    return f"{word}: {one_line(view.summary.name, 200)}"


def mistakes(view: AuthorView) -> Iterator[str]:
    """What is wrong and where to look; how far it goes only where that is told of visible cases alone."""
    told = explanation(view.summary)
    if told is None:
        return
    for mistake in told.mistakes:
        yield "What is wrong:"
        yield from wrapped(f"{mistake.what} [{mistake.name}]", "  ")
        yield "Where to look:"
        yield from wrapped(mistake.hint, "  ")
    for sentence in () if view.hidden else (told.reach, *told.asides):
        yield from wrapped(sentence)


def failure(record: Record) -> Iterator[str]:
    """One case that is not right: which, its shapes, and the sentence."""
    yield one_line(record.case) + ("" if record.dtype == "float64" else f" ({one_line(record.dtype)})")
    yield from wrapped(shapes(record), "  ")
    yield from wrapped(record.why, "  ")


def hidden(counts: Iterable[FeatureCount]) -> Iterator[str]:
    """The table of hidden cases by feature; nothing where none is hidden."""
    rows = [(c.feature, c.expected, c.run, c.right, c.wrong, c.declined) for c in counts]
    if rows:
        yield f"{'Hidden cases':<22}" + "".join(f"{name:>10}" for name in _COLUMNS)
    for name, *numbers in rows:
        yield f"  {name:<20}" + "".join(f"{number:>10,}" for number in numbers)


def _head(view: AuthorView) -> Iterator[str]:
    yield title(view)
    yield from wrapped(gate.no_verdict(view.run.header.gate))
    first, *suggestion = view.verdict.splitlines() or [""]
    yield from wrapped(first)
    yield from map(clean, suggestion)  # code, as it is to be typed
    for demand in view.demands:
        yield from wrapped(demand)


def _simplest(view: AuthorView) -> Iterator[str]:
    """The simplest failure, and how to see it again where its numbers may be drawn again."""
    first = view.summary.first
    if first is None or first.asks == "validation" or not view.summary.connected:
        return
    yield "The simplest failure:"
    yield from (f"  {line}" for line in failure(first))
    for what, line in () if view.hidden else commands(view.run, view.summary, first):
        yield f"  {what}:"
        yield f"    {line}"


def _beside(view: AuthorView) -> Iterator[str]:
    """What else its author should know, and how it answers wrong calls."""
    for note in notes(view.summary):
        yield from wrapped(note)
    yield from wrapped(view.summary.validation_line)


def _circumstances(view: AuthorView) -> Iterator[str]:
    """What it was judged by, and shut in by."""
    header = view.run.header
    seed = "" if view.seed is None else f", seed {view.seed}"
    told = ", whose seed is not told since cases are hidden" if view.hidden else ""
    yield from wrapped(f"Judged by suite {header.suite_version}{seed}{told}, in {view.run.seconds:.1f} s.")
    if header.gate is not None:
        yield from wrapped(gate.sentence(header.gate))
