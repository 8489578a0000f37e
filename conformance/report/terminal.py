"""A run in words, for a terminal of 80 columns: the verdict first, then what is wrong and where, then the rest."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

import click

from conformance.plain_text import clean
from conformance.record import Record, Run
from conformance.report import gate, parity
from conformance.report.axis import AXES, CASE_FILE
from conformance.report.explanation import explanation
from conformance.report.note import notes
from conformance.report.reproduction import commands
from conformance.report.shapes import shapes
from conformance.report.text import WIDTH, wrapped
from conformance.status import Status
from conformance.summary import WRONG, Summary, summaries

_ROWS = 8

#: Holds together what must stay on one line.
_NO_BREAK = "\xa0"

#: How many characters of a message of torch's are quoted.
_QUOTED = 160

#: A value that never fails is worth telling when one case in this many has it.
_SHARE = 10


def render(run: Run, *, strict: bool = False, complete: bool = False) -> str:
    """Every implementation's verdict and simplest failure, beside each other at last, and what was run."""
    found = summaries(run)
    blocks = ["\n".join(_summary(run, s, strict=strict, complete=complete)) for s in found]
    beside = [parity.table(found), parity.mistakes(found)] if len(found) > 1 else []
    rest = ["\n".join(lines) for lines in (*beside, skipped_lines(run), _provenance(run))]
    return "\n\n".join(part for part in (*blocks, *rest) if part)


def skipped_lines(run: Run) -> Iterator[str]:
    """The implementations that cannot be run here: no part of any count."""
    for skipped in run.header.skipped:
        yield from _wrapped(f"– {skipped.name}: skipped, since {skipped.why}", "", hang="  ")


def verdict_line(summary: Summary) -> str:
    """One line: whether it succeeds, its name and its verdict."""
    return f"{_mark(summary)} {clean(summary.name)}: {clean(summary.verdict.splitlines()[0])}"


def failure_lines(record: Record) -> Iterator[str]:
    """The shapes and the sentence of one case, and where the case is written down."""
    yield f"  {clean(record.case)}{'' if record.dtype == 'float64' else f' ({record.dtype})'}"
    yield from _wrapped(shapes(record), "    ")
    yield from _wrapped(record.why, "    ")
    hidden = "" if record.visible else ", hidden from its author"
    yield f"    written in {clean(record.file)}:{record.line}{hidden}"


def explanation_lines(summary: Summary, *, bold: bool = False) -> Iterator[str]:
    """What is wrong, where to look and how much that explains; nothing where no explanation was looked for."""
    told = explanation(summary)
    if told is None:
        return
    for number, mistake in enumerate(told.mistakes, start=1):
        yield f"What is wrong{f' ({number} of {len(told.mistakes)})' if len(told.mistakes) > 1 else ''}:"
        yield from _wrapped(f"{mistake.what} [{mistake.name}]", "  ", bold=bold)
        yield "Where to look:"
        yield from _wrapped(mistake.hint, "  ")
        yield from _wrapped(mistake.extent, "  ")
        if mistake.simplest:
            yield "  The simplest case of it:"
            yield f"  {clean(mistake.simplest)}"
    for sentence in (told.reach, *told.asides):
        yield from _wrapped(sentence, "", bold=bold and not told.mistakes and sentence is told.reach)


def _summary(run: Run, summary: Summary, *, strict: bool, complete: bool) -> Iterator[str]:
    """One implementation."""
    first, *rest = clean(summary.verdict).splitlines()
    title = f"{_mark(summary)} {clean(summary.name)}"
    room = WIDTH - len(click.unstyle(title)) - 2
    about = textwrap.shorten(clean(summary.planned.description), max(room, 10), placeholder="...")
    yield click.style(title, bold=True) + (f"  {about}" if about else "")
    yield from _wrapped(first, "", bold=True)
    yield from rest  # a suggested load_state_dict, as it is to be typed
    yield from _paragraph(explanation_lines(summary, bold=True))
    if summary.connected:
        yield from _paragraph(_failures(run, summary))
        yield from _paragraph(separating_lines(summary))
    noted = (line for note in notes(summary) for line in _wrapped(note, "  "))
    yield from noted if summary.first is None or not summary.connected else _paragraph(noted)
    yield from _paragraph(_validation(summary))
    yield from _demands(summary, strict=strict, complete=complete)
    counts = ", ".join(f"{name} {count:,}" for name, count in summary.counts.items() if count)
    beside = f" ({len(summary.refusals):,} of them validation)" if summary.refusals else ""
    yield from _wrapped(f"Run {summary.run:,} of {summary.expected:,} expected{beside}: {counts}.", "")


def _mark(summary: Summary) -> str:
    """A sign that needs no colour."""
    if not summary.judged:
        return click.style("?", fg="yellow")
    return click.style("✓", fg="green") if summary.success else click.style("✗", fg="red")


def _paragraph(lines: Iterator[str]) -> Iterator[str]:
    """Lines with an empty one before them; nothing where there are none."""
    for number, line in enumerate(lines):
        yield from ([] if number else [""])
        yield line


def _failures(run: Run, summary: Summary) -> Iterator[str]:
    """The simplest failure, and how to see it again."""
    if summary.first is None or summary.first.asks == "validation":
        return
    yield "Simplest failure:"
    yield from failure_lines(summary.first)
    for what, line in commands(run, summary, summary.first):
        yield f"    {what[0].lower()}{what[1:]}:"
        yield f"    {line}"


def _validation(summary: Summary) -> Iterator[str]:
    """How it answers wrong calls, which is reported beside the verdict, and the simplest that it accepts."""
    if not summary.validation_line:
        return
    yield from _wrapped(summary.validation_line, "")
    accepted = next((r for r in summary.wrong if r.asks == "validation"), None)
    if accepted is not None:
        yield f"  The simplest that it accepts: {clean(accepted.case)}"
        yield from _wrapped(_brief(accepted.why), "    ")


def _brief(why: str) -> str:
    """A sentence with only the first sentence, or the beginning, of what it quotes of torch: some of it is a page."""
    before, torch, message = why.partition("(torch raises ")
    if not torch:
        return why
    first = re.split(r"(?<=[.!?])\s|\n", message.removesuffix(")").strip(), maxsplit=1)[0]
    return f"{before}{torch}{textwrap.shorten(first, _QUOTED, placeholder=' ...')})"


def separating_lines(summary: Summary) -> Iterator[str]:
    """Settings of which one value fails and another never does, the clearest first."""
    asked = [r for r in summary.asked if r.status is Status.PASS or r.status in WRONG]
    found: list[tuple[float, str]] = []
    for axis in (a for a in AXES if a.name != CASE_FILE):
        groups = {value: [r for r in asked if axis.of(r) == value] for value in axis.values(asked)}
        wrongs = {value: sum(r.status in WRONG for r in group) for value, group in groups.items()}
        # A handful of cases that happen to pass separates nothing.
        clean_ones = [v for v in groups if not wrongs[v] and len(groups[v]) * _SHARE >= len(asked)]
        failing = [v for v in groups if wrongs[v]]
        if clean_ones and failing:
            share = sum(wrongs[v] for v in failing) / sum(len(groups[v]) for v in failing)
            entries = [f"{value}: {wrongs[value]:,} of {len(groups[value]):,}" for value in groups]
            words = "   ".join(entry.replace(" ", _NO_BREAK) for entry in entries)
            found.append((share, f"{axis.name:<14} {words}"))
    found.sort(key=lambda pair: -pair[0])
    clear = [row for share, row in found if share >= found[0][0] / 2]
    yield from ["Wrong, by setting:"] if clear else []
    for row in clear[:_ROWS]:
        yield from (line.replace(_NO_BREAK, " ") for line in _wrapped(row, "  ", hang=" " * 17))


def _demands(summary: Summary, *, strict: bool, complete: bool) -> Iterator[str]:
    """What the stricter options found missing."""
    if complete and summary.asked and not summary.conforms:
        yield from _wrapped("Not complete: --complete asks for every values, gradients and training case to pass.", "")
    if strict and summary.refusals and not summary.validates:
        yield "Not strict: --strict asks for every wrong call to be refused."


def _provenance(run: Run) -> Iterator[str]:
    """What was run with what."""
    header = run.header
    if why := gate.no_verdict(header.gate):
        yield from _wrapped(why, "", bold=True)
    if header.gate is not None:
        yield from _wrapped(gate.sentence(header.gate), "")
    if not run.complete:
        yield click.style("INCOMPLETE: the run was interrupted; this is no verdict.", bold=True)
    scope = ", ".join(f"{name} {value}" for name, value in header.scope.items() if value and value != "auto")
    versions = ", ".join(f"{name} {version}" for name, version in header.versions.items())
    yield from _wrapped(
        f"Suite {header.suite_version} ({header.suite_digest[:12]}), seed {header.seed}"
        f"{f', scope: {scope}' if scope else ''}; {versions}; {run.seconds:.1f} s.",
        "",
    )


def _wrapped(text: str, indent: str, *, hang: str | None = None, bold: bool = False) -> Iterator[str]:
    """Lines that fit, in bold where that is asked for."""
    for line in wrapped(text, indent, hang):
        yield click.style(line, bold=True) if bold else line
