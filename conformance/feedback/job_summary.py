"""GitHub's job summary: Markdown for the file that GITHUB_STEP_SUMMARY names, which takes 1 MiB a step."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.feedback.author import AuthorView, FeatureCount, for_author
from conformance.feedback.markdown import block, plain
from conformance.feedback.points import Share, failing, shares
from conformance.feedback.words import failure
from conformance.plain_text import clean
from conformance.record import Run
from conformance.report.explanation import explanation
from conformance.report.gate import facts
from conformance.report.note import notes
from conformance.report.text import wrapped

#: Bytes; GitHub shows nothing at all of a summary beyond 1 MiB.
LARGEST = 900_000
_CUT = "\n\nThe rest is left out: a summary has room for 1 MiB.\n"
_FAILURES = 20


def render(run: Run, *, strict: bool = False) -> str:
    """The verdict, what is wrong and where, the simplest failures, counts by case file, hidden counts, circumstances.

    Raises NotJudgedError where nothing was decided; see `not_judged`.
    """
    view = for_author(run, strict=strict)
    return _fitting([*_verdict(view), *_mistakes(view), *_failures(view), *_hidden(view), *_circumstances(view)])


def not_judged(why: str) -> str:
    """What is said where nothing was decided."""
    return _fitting(["## ⚠ Not judged", _block(why)])


def _verdict(view: AuthorView) -> Iterator[str]:
    word = "✓ Passed" if view.passed else "✗ Not passed"
    yield f"## {word}: {plain(view.summary.name, 200)}"
    first, _, suggestion = view.verdict.partition("\n")
    yield _block(first)
    if suggestion.strip():
        yield block(suggestion)
    yield from view.demands


def _mistakes(view: AuthorView) -> Iterator[str]:
    told = explanation(view.summary)
    for mistake in told.mistakes if told is not None else ():
        yield f"**What is wrong:** {plain(mistake.what)}"
        yield f"**Where to look:** {plain(mistake.hint)}"
    if told is not None and not view.hidden:
        yield _block("\n".join([told.reach, *told.asides]))


def _failures(view: AuthorView) -> Iterator[str]:
    """The simplest failure of each case file, open the first, folded the others."""
    if not view.summary.connected:
        return
    entries = shares(view, 1, {})
    wrong = failing(entries)
    for number, entry in enumerate(wrong[:_FAILURES]):
        heading = "The simplest failure" if number == 0 else f"{entry.of - entry.right:,} of {entry.of:,} not right"
        yield f"**{heading}**, in {plain(entry.name)}:"
        yield block("\n".join(failure(entry.simplest))) if entry.simplest else ""
    if len(wrong) > _FAILURES:
        yield f"{len(wrong) - _FAILURES:,} more kinds of failures are not shown here."
    yield from _table(entries)


def _table(entries: tuple[Share, ...]) -> Iterator[str]:
    rows = [f"| {plain(e.name)} | {e.of:,} | {e.right:,} | {'✓' if e.passed else '✗'} |" for e in entries]
    head = ["| case file | cases | right | |", "|---|---:|---:|---|"]
    yield "\n".join(["<details><summary>By case file</summary>", "", *head, *rows, "", "</details>"])


def _hidden(view: AuthorView) -> Iterator[str]:
    if not view.hidden:
        return
    head = ["| hidden cases | expected | run | right | wrong | declined |", "|---|---:|---:|---:|---:|---:|"]
    yield "\n".join([*head, *(_row(count) for count in view.hidden)])


def _row(count: FeatureCount) -> str:
    numbers = (count.expected, count.run, count.right, count.wrong, count.declined)
    return f"| {plain(count.feature)} | {' | '.join(f'{n:,}' for n in numbers)} |"


def _circumstances(view: AuthorView) -> Iterator[str]:
    beside = [*notes(view.summary), *filter(None, [view.summary.validation_line])]
    if beside:
        yield _block("\n".join(beside))
    header = view.run.header
    seed = "not told, since cases are hidden" if view.seed is None else str(view.seed)
    lines = [f"suite: {header.suite_version}", f"seed: {seed}"]
    lines += [f"{name}: {text}" for name, text in (facts(header.gate) if header.gate is not None else ())]
    yield _block("\n".join(lines))


def _block(text: str) -> str:
    """Sentences in a block, whose lines GitHub does not break by itself."""
    return block("\n".join(line for part in clean(text).splitlines() for line in wrapped(part)))


def _fitting(parts: list[str]) -> str:
    """The parts that there is room for, in their order; the first is always short enough."""
    found: list[str] = []
    size = 0
    for part in parts:
        size += len(part.encode()) + 2
        if size > LARGEST:
            return "\n\n".join(found) + _CUT
        found.append(part)
    return "\n\n".join(found) + "\n"
