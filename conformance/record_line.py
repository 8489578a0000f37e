"""The lines of a record file that are no result: what the smoke step found, and what explains the failures."""

from __future__ import annotations

import dataclasses

from conformance.connection import Connection
from conformance.finding import Diagnosis, Finding
from conformance.record import Json, dump


def connection_line(connection: Connection) -> str:
    """One line of JSON for what the smoke step found."""
    return dump({"type": "connection", **dataclasses.asdict(connection)})


def connection_from(data: dict[str, Json]) -> Connection:
    """Rebuild what `connection_line` wrote."""
    names = [f.name for f in dataclasses.fields(Connection)]
    values: dict[str, Json] = {n: tuple(data[n]) if isinstance(data[n], list) else data[n] for n in names}
    return Connection(**values)


def diagnosis_line(diagnosis: Diagnosis) -> str:
    """One line of JSON for what explains an implementation's failures."""
    return dump({"type": "diagnosis", **dataclasses.asdict(diagnosis)})


def diagnosis_from(data: dict[str, Json]) -> Diagnosis:
    """Rebuild what `diagnosis_line` wrote."""
    values: dict[str, Json] = {f.name: data[f.name] for f in dataclasses.fields(Diagnosis)}
    values["findings"] = tuple(Finding(**finding) for finding in values["findings"])
    return Diagnosis(**values | {name: tuple(values[name]) for name in ("equivalents", "remarks")})
