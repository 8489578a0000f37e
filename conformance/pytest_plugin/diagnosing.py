"""The diagnosis at the end of a pytest run: the controller observes again what failed, and explains it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from conformance.evidence import diagnose
from conformance.finding import Diagnosis
from conformance.pytest_plugin.items import Laboratory
from conformance.record import Record
from conformance.status import Status

_FAILED = (Status.FAIL, Status.ERROR)
#: What ended a worker, or might never end, would do the same to the process that the user waits for.
_UNSAFE = (Status.CRASH, Status.TIMEOUT, Status.MEMORY)


def diagnoses(shared: Laboratory, records: Iterable[Record]) -> Iterator[Diagnosis]:
    """What explains each implementation's failures; torch and implementations are imported only where some failed."""
    asked = tuple(record for record in records if record.asks != "validation")
    failed = {record.implementation for record in asked if record.status in _FAILED}
    unsafe = {record.implementation for record in asked if record.status in _UNSAFE}
    for source in shared.sources:
        if source.name in failed - unsafe:
            found = diagnose(shared.runner, shared.plan, shared.subject(source), asked)
            if found is not None:
                yield found
