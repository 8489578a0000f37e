"""The parity table: which implementation has which feature, and has it right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from conformance.plain_text import clean
from conformance.record import Record
from conformance.report.mark import MARKS
from conformance.report.text import wrapped
from conformance.status import Status
from conformance.summary import FEATURES, WRONG, Summary

_NOT_ASKED = "·"
_UNJUDGED = "?"
_LEGEND = (
    f"{MARKS[Status.PASS].symbol} right where offered   {MARKS[Status.FAIL].symbol} wrong   "
    f"{MARKS[Status.KNOWN].symbol} known difference   {MARKS[Status.UNSUPPORTED].symbol} not offered"
)


@dataclass(frozen=True)
class Row:
    """One implementation: in which dtype its cases were judged, and a mark for each feature; none if not connected."""

    name: str
    dtype: str
    marks: tuple[str, ...]


#: What is asked, then what an implementation may not offer.
COLUMNS: tuple[tuple[str, Callable[[Record], bool]], ...] = (
    ("values", lambda r: r.asks == "values"),
    ("gradients", lambda r: r.asks == "gradients"),
    ("training", lambda r: r.asks == "training"),
    *(
        (name.removesuffix(" input"), needs)
        for name, needs in FEATURES
        if name not in ("gradients", "float64", "float32")
    ),
)


def rows(summaries: Sequence[Summary]) -> tuple[Row, ...]:
    """One row for each implementation, in the run's order."""
    return tuple(_row(s) for s in summaries)


def _row(summary: Summary) -> Row:
    if not summary.connected:
        return Row(clean(summary.name), "", ())
    return Row(clean(summary.name), _dtype(summary), tuple(_mark(summary, needs) for _, needs in COLUMNS))


def table(summaries: Sequence[Summary]) -> Iterator[str]:
    """The table as lines; every column is two characters wide, its name on a line of its own above it."""
    found = rows(summaries)
    width = max(len(row.name) for row in found) + 2
    dtypes = max(len(row.dtype) for row in found) + 2
    for number, (name, _) in enumerate(COLUMNS):
        yield " " * (width + dtypes) + "│ " * number + f"┌ {name}"
    for row in found:
        yield f"{row.name:<{width}}{row.dtype:<{dtypes}}" + (" ".join(row.marks) or "not connected")
    yield _LEGEND


def mistakes(summaries: Sequence[Summary]) -> Iterator[str]:
    """What explains each implementation that is wrong, in short, as lines; nothing where all are right."""
    found = [f"{s.name}: {said}" for s in summaries if (said := _explained(s))]
    yield from ["What explains what is wrong:"] if found else []
    for line in found:
        yield from wrapped(line, "  ", hang="    ")


def _explained(summary: Summary) -> str:
    """The ids of its mistakes; or that there is no name for what is wrong, or nothing to name."""
    if not summary.connected:
        return "not connected"
    if not any(record.status in WRONG for record in summary.asked):
        return ""
    found = summary.diagnosis.findings if summary.diagnosis else ()
    return ", ".join(dict.fromkeys(finding.id for finding in found)) or "no mistake that has a name"


def _mark(summary: Summary, needs: Callable[[Record], bool]) -> str:
    """What became of the cases that need a feature: the worst of it, but a refusal only where nothing else is."""
    found = {record.status for record in summary.needing(needs)}
    if Status.SUITE_ERROR in found:
        return _UNJUDGED
    if found & set(WRONG):
        return MARKS[Status.FAIL].symbol
    ranked = (Status.KNOWN, Status.PASS, Status.UNSUPPORTED)
    return next((MARKS[status].symbol for status in ranked if status in found), _NOT_ASKED)


def _dtype(summary: Summary) -> str:
    """The dtype that decides: the one it was judged in throughout, or float64 where it takes both."""
    judged = {r.dtype for r in summary.asked if r.status is not Status.UNSUPPORTED}
    return "float32" if judged == {"float32"} else "float64" if judged else ""
