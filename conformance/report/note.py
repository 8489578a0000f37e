"""What else the author of an implementation should know, beside the verdict: one sentence each."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.summary import Summary


def notes(summary: Summary) -> Iterator[str]:
    """What the smoke step noticed, whether an expectation is met, and known differences that are none."""
    connection = summary.connection
    if connection is not None and connection.connected and connection.parameters_unread:
        names = ", ".join(connection.parameters_unread)
        yield f"It never reads {names}: its answer is the same whatever they are."
    for note in connection.notes if connection is not None else ():
        yield f"Note: {note}."
    if summary.planned.expectation is not None and summary.judged:
        missed = summary.expectation_note
        yield f"Expected to be wrong, but {missed}." if missed else "Expected to be wrong as it is, and found so."
    for glob in summary.planned.stale:
        yield f"Stale: the known difference {glob} matches no case of the suite; remove it."
