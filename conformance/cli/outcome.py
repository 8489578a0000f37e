"""Writing what a run found: records line by line as they come, then the HTML report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from conformance.cli.options import Failure
from conformance.record_file import read
from conformance.report.html import write
from conformance.summary import EXIT_USAGE

RECORDS, REPORT = "results.jsonl", "parity.html"


@contextmanager
def write_reports(folder: Path | None) -> Iterator[IO[str] | None]:
    """A stream for the records in a folder, or None; afterwards the report, made from the file alone."""
    if folder is None:
        yield None
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / REPORT).unlink(missing_ok=True)  # a report of an earlier run must not be taken for this one's
        stream = (folder / RECORDS).open("w", encoding="utf-8", newline="\n")
    except OSError as error:
        raise Failure(f"{folder} cannot be written to: {error.strerror}", EXIT_USAGE) from None
    with stream:
        yield stream
    write(read(folder / RECORDS), folder / REPORT)
