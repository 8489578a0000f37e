"""The record file: a header, one JSON line a result, a footer; written as it goes, read only when whole."""

from __future__ import annotations

import contextlib
import hashlib
import json
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import IO

from conformance.connection import Connection
from conformance.finding import Diagnosis
from conformance.record import FORMAT, Header, Json, Record, Run, dump
from conformance.record_line import connection_from, connection_line, diagnosis_from, diagnosis_line
from conformance.status import Status


class RecordError(Exception):
    """A record file that must not be believed: truncated, edited, doubled or merged wrongly."""


class RecordWriter:
    """Writes a record file line by line, so that what was found survives whatever happens next."""

    def __init__(self, stream: IO[str], header: Header) -> None:
        self._stream = stream
        self._header = header
        self._hashes: list[str] = []
        self._counts: dict[str, Counter[str]] = {p.name: Counter() for p in header.implementations}
        self._connected: set[str] = set()
        self._put(header.to_json())

    def connection(self, connection: Connection) -> None:
        """Write a connection, the first time that an implementation's arrives."""
        if connection.implementation not in self._connected:
            self._connected.add(connection.implementation)
            self._put(connection_line(connection))

    def record(self, record: Record) -> None:
        """Write one result."""
        line = record.to_json()
        with _unbroken():
            self._counts[record.implementation][record.status] += 1
            self._put(line)

    def diagnosis(self, diagnosis: Diagnosis) -> None:
        """Write what explains one implementation's failures; at most once for each."""
        self._put(diagnosis_line(diagnosis))

    def close(self, *, complete: bool, seconds: float) -> None:
        """Write the footer; a file without one is refused."""
        expected = sum(p.expected for p in self._header.implementations)
        self._put(
            dump(
                {
                    "type": "footer",
                    "complete": complete,
                    "expected": expected,
                    "run": sum(counts.total() for counts in self._counts.values()),
                    "counts": {
                        name: {status.value: counts[status] for status in Status}
                        for name, counts in self._counts.items()
                    },
                    "digest": _digest(self._hashes),
                    "seconds": round(seconds, 3),
                }
            )
        )

    def _put(self, line: str) -> None:
        with _unbroken():
            self._hashes.append(_hash(line))
            self._stream.write(line + "\n")
            self._stream.flush()


@contextlib.contextmanager
def _unbroken() -> Iterator[None]:
    """Hold Ctrl-C back until a line and the account of it are both written: the file must stay readable."""
    if threading.current_thread() is not threading.main_thread():
        yield  # Ctrl-C reaches the main thread alone
        return
    before = signal.getsignal(signal.SIGINT)
    caught: list[FrameType | None] = []
    signal.signal(signal.SIGINT, lambda _, frame: caught.append(frame))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if caught and callable(before):
        before(signal.SIGINT, caught[0])


def read(path: Path) -> Run:
    """Read a record file; raises RecordError as `parse` does."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError(f"{path} cannot be read: {error}") from None
    return parse(text, str(path))


def parse(text: str, path: str) -> Run:
    """Read the content of a record file; `path` names it in sentences.

    Raises RecordError when it has no footer, was edited, holds a result or a diagnosis twice or of an implementation
    that its header does not name, or more results than it planned.
    """
    lines = text.split("\n")
    if lines[-1] != "":
        raise RecordError(f"{path} ends in the middle of a line: the run that wrote it did not finish")
    parsed = [_parse(path, number, line) for number, line in enumerate(lines[:-1], start=1)]
    kinds = [data["type"] for data in parsed]
    if not parsed or kinds[0] != "header":
        raise RecordError(f"{path} has no header line: it is not a record file, or its beginning is missing")
    if kinds[-1] != "footer":
        raise RecordError(f"{path} has no footer line: the run that wrote it did not finish")
    if kinds.count("header") > 1 or kinds.count("footer") > 1:
        raise RecordError(f"{path} has several headers or footers: files of different runs were put together")
    if parsed[0].get("format") != FORMAT:
        raise RecordError(f"{path} has record format {parsed[0].get('format')}, but should be {FORMAT}")
    if parsed[-1].get("digest") != _digest([_hash(line) for line in lines[:-2]]):
        raise RecordError(f"{path} was changed after it was written: its lines do not match its footer")
    try:
        run = _assemble(parsed, kinds)
        _check(path, run, parsed[-1])
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise RecordError(f"{path} holds a line that this version cannot read: {error!r}") from None
    return run


def _assemble(parsed: list[dict[str, Json]], kinds: list[str]) -> Run:
    """Build the Run from its parsed lines."""
    pairs = list(zip(kinds, parsed, strict=True))
    return Run(
        header=Header.from_json(parsed[0]),
        connections=tuple(connection_from(data) for kind, data in pairs if kind == "connection"),
        records=tuple(Record.from_json(data) for kind, data in pairs if kind == "result"),
        complete=parsed[-1]["complete"],
        seconds=parsed[-1]["seconds"],
        diagnoses=tuple(diagnosis_from(data) for kind, data in pairs if kind == "diagnosis"),
    )


def _check(path: str, run: Run, footer: dict[str, Json]) -> None:
    """Refuse what was lost, doubled or brought from elsewhere."""
    doubled = [key for key, count in Counter(r.key for r in run.records).items() if count > 1]
    if doubled:
        raise RecordError(f"{path} holds {len(doubled)} results twice, the first of them {doubled[0]}")
    run_counts = Counter(r.implementation for r in run.records)
    planned = {p.name: p.expected for p in run.header.implementations}
    if len(planned) < len(run.header.implementations):
        raise RecordError(f"{path} names an implementation twice in its header")
    if strangers := sorted(set(run_counts) - set(planned)):
        raise RecordError(f"{path} holds results of {', '.join(strangers)}, which its header does not name")
    _check_diagnoses(path, run)
    for name, expected in planned.items():
        if run_counts[name] > expected or (run.complete and run_counts[name] != expected):
            raise RecordError(f"{path}: results of {name} are {run_counts[name]}, but should be {expected}")
    found = {name: Counter(r.status.value for r in run.records if r.implementation == name) for name in planned}
    totals = (footer["expected"], footer["run"]) == (sum(planned.values()), len(run.records))
    if not totals or any(found[name] != Counter(counts) for name, counts in footer["counts"].items()):
        raise RecordError(f"{path} does not hold what its footer counts")


def _check_diagnoses(path: str, run: Run) -> None:
    """Refuse a diagnosis that is doubled or of nothing that was run."""
    diagnosed = [d.implementation for d in run.diagnoses]
    if len(set(diagnosed)) < len(diagnosed):
        raise RecordError(f"{path} holds several diagnoses of one implementation")
    if strangers := sorted(set(diagnosed) - {p.name for p in run.header.implementations}):
        raise RecordError(f"{path} holds a diagnosis of {', '.join(strangers)}, which its header does not name")


def _parse(path: str, number: int, line: str) -> dict[str, Json]:
    """One line, as a mapping with a type."""
    try:
        data = json.loads(line)
    except (json.JSONDecodeError, RecursionError):
        raise RecordError(f"{path}:{number}: this line is not JSON: the file is damaged") from None
    if not isinstance(data, dict) or not isinstance(data.get("type"), str):
        raise RecordError(f"{path}:{number}: this line is not a record: the file is damaged")
    return data


def _hash(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()


def _digest(hashes: list[str]) -> str:
    """A digest of all results that does not depend on the order in which workers delivered them."""
    return hashlib.sha256("".join(sorted(hashes)).encode()).hexdigest()
