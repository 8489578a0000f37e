"""What else the author of an implementation should know, beside the verdict: one sentence each."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.status import Layer
from conformance.summary import Summary


def notes(summary: Summary) -> Iterator[str]:
    """What the smoke step noticed, whether an expectation is met, and known differences that are none."""
    connection = summary.connection
    if connection is not None and connection.connected and connection.parameters_unread:
        names = ", ".join(connection.parameters_unread)
        yield f"It never reads {names}: its answer is the same whatever they are."
    for note in connection.notes if connection is not None else ():
        yield f"Note: {note}."
    if any(r.layer is Layer.DTYPE and r.dtype == "float64" for r in summary.asked):
        yield (
            "It answers float64 with another dtype. If it has float32 alone, let it raise NotImplementedError for "
            "float64, or judge it with --dtype float32."
        )
    if summary.planned.expectation is not None and summary.judged:
        yield f"{unmet(summary)}." if summary.expectation_note else "Expected to be wrong as it is, and found so."
    for glob in summary.planned.stale:
        yield f"Stale: the known difference {glob} matches no case of the suite; remove it."


def unmet(summary: Summary) -> str:
    """What `<name>.expected.yaml` says and is not so; only where there is such a file and it is not met."""
    # An implementation FILE.py:NAME is called FILE:NAME, but the file beside it is the file's.
    name = summary.name.partition(":")[0]
    return f"Not as {name}.expected.yaml says: {summary.expectation_note}"
