"""The card of one implementation: what a reader is told about it before anything else."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.record import Record
from conformance.report.mark import MARKS, Mark, Tone, is_failure
from conformance.status import Status
from conformance.summary import Summary

_LACKS_RESULTS = (Status.NOT_RUN, Status.SUITE_ERROR)


@dataclass(frozen=True)
class Card:
    """One implementation's verdict, in words; `first` is its simplest failing case's place in the list of results."""

    summary: Summary
    first: int | None

    @property
    def tone(self) -> Tone:
        """Good for what counts as a success, warn where nothing is decided, bad otherwise."""
        if self.summary.success:
            return "good"
        return "bad" if self._decided else "warn"

    @property
    def symbol(self) -> str:
        """The tone without colour."""
        return {"good": "✓", "bad": "✗", "warn": "!"}[self.tone]

    @property
    def word(self) -> str:
        """The verdict in one or two words."""
        summary = self.summary
        if summary.connection is not None and not summary.connection.connected:
            return "Not connected"
        if summary.planned.expectation is not None and self._decided:
            return "As expected" if summary.success else "Not as expected"
        if summary.success:
            return "Right"
        return "Wrong" if self._decided else "Undecided"

    @property
    def _decided(self) -> bool:
        """Whether the implementation itself was found wrong, or no result that could decide is missing."""
        counts = self.summary.counts
        return any(counts[s] for s in Status if is_failure(s)) or not any(counts[s] for s in _LACKS_RESULTS)

    @property
    def counts(self) -> tuple[tuple[Mark, int], ...]:
        """How many results have each status, zeros too."""
        return tuple((MARKS[status], self.summary.counts[status]) for status in Status)

    @property
    def notes(self) -> tuple[str, ...]:
        """What else its author should know, one sentence each."""
        return tuple(filter(None, (self.summary.expectation_note, *self._connection_notes, self._validation)))

    @property
    def _connection_notes(self) -> tuple[str, ...]:
        connection = self.summary.connection
        if connection is None:
            return ()
        unread = ", ".join(connection.parameters_unread)
        return (
            f"Changing these parameters changes nothing that it returns: {unread}." if unread else "",
            "It declines float64, so it is judged in float32 throughout." if connection.dtype == "float32" else "",
            *connection.notes,
        )

    @property
    def _validation(self) -> str:
        """Validation stands beside the verdict; it is not part of it."""
        cases = [r for r in self.summary.records if r.asks == "validation"]
        passes = sum(r.status is Status.PASS for r in cases)
        if not cases:
            return ""
        if self.summary.validates:
            return f"It raises in all {len(cases):,} validation cases, as torch does."
        return f"Validation, beside the verdict: it passes {passes:,} of {len(cases):,} cases in which torch raises."


def cards(summaries: tuple[Summary, ...], ordered: tuple[Record, ...]) -> tuple[Card, ...]:
    """One card an implementation, those that need attention first; `ordered` are the results as the page lists them."""
    places = {record.key: place for place, record in enumerate(ordered)}
    made = [Card(s, places[s.first.key] if s.first else None) for s in summaries]
    return tuple(sorted(made, key=lambda card: card.summary.success))
