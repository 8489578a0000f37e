"""The controller's side of a pytest run: gather every record, write the report, say the verdicts."""

from __future__ import annotations

import dataclasses
import json
import time
from collections import Counter
from typing import IO, Any

import click
import pytest

from conformance.case import Case
from conformance.plan import now
from conformance.pytest_plugin.diagnosing import diagnoses
from conformance.pytest_plugin.items import PROPERTY, CaseItem, Laboratory, item_name, laboratory
from conformance.record import Record, Run
from conformance.record_file import RecordWriter, read
from conformance.record_line import connection_from
from conformance.report.html import write
from conformance.report.note import unmet
from conformance.report.terminal import explanation_lines, failure_lines, skipped_lines, verdict_line
from conformance.source import Source
from conformance.status import Status
from conformance.summary import EXIT_SUCCESS, exit_code, summaries


class Controller:
    """Runs in the process that the user started, with workers or without; the records come to it as JSON."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._planned: frozenset[str] = frozenset()
        self._writer: RecordWriter | None = None
        self._stream: IO[str] | None = None
        self._run: Run | None = None
        self._began = time.monotonic()
        self._records: list[Record] = []

    def resolve(self) -> None:
        """Read the cases and find the implementations now; UsageError where that fails."""
        _ = (self._laboratory.plan, self._laboratory.sources)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Without workers: what is left after -k and -m is what is planned."""
        self._plan([item.nodeid for item in session.items if isinstance(item, CaseItem)])

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:  # noqa: ARG002 -- its signature
        """With workers: each reports the same ids."""
        prefix = f"{self._laboratory.cases.name}/"
        self._plan([nodeid for nodeid in ids if nodeid.startswith(prefix)])

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the record out of a report, so that JUnit files stay small."""
        payloads = [value for name, value in report.user_properties if name == PROPERTY]
        report.user_properties = [pair for pair in report.user_properties if pair[0] != PROPERTY]
        if report.when == "call" and payloads:
            data = json.loads(str(payloads[0]))
            self._open().connection(connection_from(json.loads(data["connection"])))
            self._put(Record.from_json(data["record"]))
        elif str(report.when) == "???" and report.nodeid in self._planned:  # xdist: a worker died
            self._put(self._crash(*self._nodes[report.nodeid]))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Close the records, write the report, and let a verdict that is not a success count."""
        if not self._planned or self._config.option.collectonly:
            return
        writer = self._open()
        complete = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) and (
            len(self._records) == len(self._planned)
        )
        try:
            for diagnosis in diagnoses(self._laboratory, self._records) if complete else ():
                writer.diagnosis(diagnosis)
        finally:
            writer.close(complete=complete, seconds=time.monotonic() - self._began)
        if self._stream is not None:
            self._stream.close()
        folder = self._laboratory.reports
        self._run = read(folder / "results.jsonl")
        write(self._run, folder / "parity.html")
        strict = self._config.getoption("conformance_strict")
        code = exit_code(summaries(self._run), finished=self._run.complete, strict=strict)
        if exitstatus == pytest.ExitCode.OK and code != EXIT_SUCCESS:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """For each implementation one line of verdict, what explains its failures, and the simplest of them."""
        if self._run is None:
            return
        terminalreporter.section("conformance with torch.nn.RNN")
        if not self._run.complete:
            terminalreporter.line("INCOMPLETE: the run did not reach its end; this is no verdict.")
        for summary in summaries(self._run):
            terminalreporter.line(click.unstyle(verdict_line(summary)))
            terminalreporter.line(f"  run {summary.run:,} of {summary.expected:,} expected")
            if summary.expectation_note:
                terminalreporter.line(f"  {unmet(summary)}")
            for line in explanation_lines(summary):
                terminalreporter.line(f"  {line}")
            if summary.first is not None and summary.connected:
                for line in failure_lines(summary.first):
                    terminalreporter.line(line)
        for line in skipped_lines(self._run):
            terminalreporter.line(line)
        reports = self._laboratory.reports.relative_to(self._config.rootpath)
        terminalreporter.line(f"report: {reports.as_posix()}/parity.html")

    @property
    def _laboratory(self) -> Laboratory:
        return laboratory(self._config)

    @property
    def _nodes(self) -> dict[str, tuple[Case, Source]]:
        """Every item's id, with its case and implementation; the controller itself collects nothing under xdist."""
        shared = self._laboratory
        return {
            f"{case.file}::{item_name(case, source, shared.plan)}": (case, source)
            for case in shared.plan.cases
            for source in shared.sources
        }

    def _plan(self, nodeids: list[str]) -> None:
        if not self._planned:
            self._planned = frozenset(nodeids)

    def _open(self) -> RecordWriter:
        """The record file, begun when its first record arrives."""
        if self._writer is None:
            shared = self._laboratory
            nodes = self._nodes
            counts = Counter(nodes[nodeid][1].name for nodeid in self._planned)
            sources = [source for source in shared.sources if counts[source.name]]
            header = shared.plan.header(sources, now(), shared.skipped)
            planned = tuple(dataclasses.replace(p, expected=counts[p.name]) for p in header.implementations)
            shared.reports.mkdir(parents=True, exist_ok=True)
            (shared.reports / "parity.html").unlink(missing_ok=True)
            self._stream = (shared.reports / "results.jsonl").open("w", encoding="utf-8", newline="\n")
            chosen = f"{len(self._planned):,} of {len(nodes):,} items" if len(self._planned) < len(nodes) else ""
            scope = header.scope | {"selected by pytest": chosen}
            header = dataclasses.replace(header, implementations=planned, scope=scope)
            self._writer = RecordWriter(self._stream, header)
        return self._writer

    def _put(self, record: Record) -> None:
        self._open().record(record)
        self._records.append(record)

    def _crash(self, case: Case, source: Source) -> Record:
        """A worker died in this case."""
        return Record(
            implementation=source.name,
            case=case.id,
            asks=case.asks,
            dtype=case.dtype,
            status=Status.CRASH,
            why="the process that ran it died",
            settings=case.settings(),
            file=case.file,
            line=case.line,
            complexity=case.complexity,
        )
