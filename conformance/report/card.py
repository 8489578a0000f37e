"""The card of one implementation: what a reader is told about it before anything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from conformance.record import Record, Run
from conformance.report.explanation import Explanation, explanation
from conformance.report.mark import MARKS, Mark, Tone
from conformance.report.note import notes
from conformance.report.reproduction import commands
from conformance.report.shapes import shapes
from conformance.status import Status
from conformance.summary import Summary


@dataclass(frozen=True)
class Card:
    """One implementation's verdict in words.

    `place` is where its simplest failing case stands in the list, `places` where each of its cases first does.
    """

    run: Run
    summary: Summary
    place: int | None
    places: Mapping[str, int]

    @property
    def tone(self) -> Tone:
        """Good for what counts as a success, warn where nothing could be judged, bad otherwise."""
        if self.summary.success:
            return "good"
        return "bad" if self.summary.judged else "warn"

    @property
    def symbol(self) -> str:
        """The tone without colour."""
        return {"good": "✓", "bad": "✗", "warn": "!"}[self.tone]

    @property
    def word(self) -> str:
        """The verdict in one or two words."""
        summary = self.summary
        if not summary.judged:
            return "Not judged"
        if summary.planned.expectation is not None:
            return "As expected" if summary.success else "Not as expected"
        if not summary.connected:
            return "Not connected"
        if summary.success:
            return "Right" if summary.conforms_where_supported else "Right but for known differences"
        return "Wrong" if summary.wrong or summary.planned.stale else "Nothing offered"

    @property
    def verdict(self) -> str:
        """The verdict's sentence."""
        return self.summary.verdict.partition("\n")[0]

    @property
    def suggestion(self) -> str:
        """Code that the verdict suggests to its author, as it is to be typed; or nothing."""
        return self.summary.verdict.partition("\n")[2]

    @property
    def explanation(self) -> Explanation | None:
        """What explains its failures, where that was looked for."""
        return explanation(self.summary)

    @property
    def first(self) -> Record | None:
        """The simplest failing case; of an implementation that is not connected, the verdict says all."""
        return self.summary.first if self.summary.connected else None

    @property
    def label(self) -> str:
        """What the simplest failing case is."""
        record = self.first
        if record is not None and record.status is Status.SUITE_ERROR:
            return "Suite error"
        beside = record is not None and record.asks == "validation"
        label = "Simplest wrong call that it accepts" if beside else "Simplest failing case"
        return label if record is None or record.visible else f"{label}, hidden from its author"

    @property
    def shapes(self) -> str:
        """The shapes of the simplest failing case."""
        return shapes(self.first) if self.first is not None else ""

    @property
    def commands(self) -> tuple[tuple[str, str], ...]:
        """What to type to see the simplest failing case again, and what for."""
        first = self.first
        if first is None or first.asks == "validation" or first.status is Status.SUITE_ERROR:
            return ()
        return commands(self.run, self.summary, first)

    @property
    def notes(self) -> tuple[str, ...]:
        """What else its author should know."""
        line = self.summary.validation_line
        return (*notes(self.summary), *((line,) if line else ()))

    @property
    def counts(self) -> tuple[tuple[Mark, int], ...]:
        """How many results have each status, zeros too."""
        return tuple((MARKS[status], self.summary.counts[status]) for status in Status)


def cards(run: Run, summaries: tuple[Summary, ...], records: tuple[Record, ...]) -> tuple[Card, ...]:
    """One card an implementation, those that need attention first; `records` are in the order of the list."""
    exact = {record.key: place for place, record in enumerate(records)}
    named: dict[str, dict[str, int]] = {s.name: {} for s in summaries}
    for place, record in enumerate(records):
        named[record.implementation].setdefault(record.case, place)
    made = [Card(run, s, exact[s.first.key] if s.first else None, named[s.name]) for s in summaries]
    return tuple(sorted(made, key=lambda card: card.summary.success))
