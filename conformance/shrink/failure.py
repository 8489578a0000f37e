"""What kind of failure a record tells of, so that a smaller case can be held to fail in the same way."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.case import Case
from conformance.record import Record
from conformance.runner import Runner, Subject
from conformance.status import Layer, Status

#: NaN where there should be a number, or a number where there should be NaN, is a wrong number too.
_NUMBERS = {Layer.VALUE, Layer.FINITE}


@dataclass(frozen=True)
class Failure:
    """The kind of a failure; equal for two failures of one kind.

    `what` is the layer in which an answer differs, or the stage and type of an exception; `number` tells whether single
    numbers are wrong, and not a whole tensor.
    """

    status: Status
    what: str
    number: bool


def failure_of(record: Record) -> Failure | None:
    """The kind of failure that a record tells of; None where it tells of none, as a suite error does not."""
    if record.status is Status.ERROR:
        stage, _, error = record.why.partition(" raised ")
        return Failure(record.status, f"{stage} raised {error.split()[0] if error else ''}", number=False)
    if record.status is not Status.FAIL or record.layer is None:
        return None
    layer = Layer.VALUE if record.layer in _NUMBERS else record.layer
    return Failure(record.status, layer.value, record.place is not None)


class StillFails:
    """Whether another case fails as the one did that a record tells of, with the same implementation.

    What is declared as a known difference counts as any other.
    """

    def __init__(self, runner: Runner, subject: Subject, record: Record) -> None:
        self._runner = runner
        self._subject = Subject(subject.implementation)
        self._failure = failure_of(record)

    def __call__(self, case: Case) -> bool:
        """Run a case and look."""
        found = failure_of(self._runner.record(case, self._subject))
        return found is not None and found == self._failure
