"""Cases as pytest items."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from conformance import discovery
from conformance.case import Case
from conformance.connection import Connection
from conformance.execution import load_or_broken, load_oracle
from conformance.implementation import NoImplementationError
from conformance.plan import Plan
from conformance.record import Record, dump
from conformance.record_line import connection_line
from conformance.runner import Runner, Subject
from conformance.source import Source
from conformance.status import Status
from conformance.summary import WRONG
from conformance.sweep import suite
from conformance.sweep.scope import ScopeError, parse_where
from conformance.sweep.yaml_source import CaseFileError

PROPERTY = "conformance"


class CaseFailure(Exception):  # noqa: N818 -- it is a verdict, not an error
    """A case is wrong; the text is the verdict's sentence."""


class Laboratory:
    """What all items of one process share: the plan, the implementations, and torch once it is needed."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._subjects: dict[str, Subject] = {}

    @cached_property
    def plan(self) -> Plan:
        """The cases of this run, before pytest's own selection; mistakes end the run with a sentence."""
        option = self._config.getoption
        try:
            return Plan(
                suite=suite.load(self.cases),
                scope=parse_where(option("conformance_where")),
                dtype=option("conformance_dtype"),
                seed=option("conformance_seed"),
                command="pytest " + " ".join(self._config.invocation_params.args),
            )
        except (CaseFileError, ScopeError) as error:
            raise pytest.UsageError(str(error)) from None

    @property
    def cases(self) -> Path:
        """The folder of case files."""
        return self._config.rootpath / str(self._config.getini("conformance_cases"))

    @property
    def reports(self) -> Path:
        """Where the controller writes."""
        return self._config.rootpath / str(self._config.getini("conformance_reports"))

    @cached_property
    def found(self) -> tuple[Source, ...]:
        """The implementations that are asked for, in a stable order."""
        wanted = self._config.getoption("conformance_impl") or ()
        try:
            chosen = discovery.select(
                discovery.discover(self._config.rootpath / self._config.getini("conformance_impls")), wanted
            )
        except (CaseFileError, NoImplementationError) as error:
            raise pytest.UsageError(str(error)) from None
        if wanted and (missing := [source for source in chosen if source.missing]):
            raise pytest.UsageError("; ".join(f"{s.name} cannot be run here: {s.missing}" for s in missing))
        return chosen

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """The implementations of this run."""
        return tuple(source for source in self.found if not source.missing)

    @property
    def skipped(self) -> tuple[Source, ...]:
        """The implementations that cannot be run here, since something that they require is not installed."""
        return tuple(source for source in self.found if source.missing)

    @cached_property
    def runner(self) -> Runner:
        """The loop; imports torch."""
        return self.plan.runner(load_oracle())

    def subject(self, source: Source) -> Subject:
        """An implementation, imported when it is first asked for."""
        if source.name not in self._subjects:
            self._subjects[source.name] = Subject(load_or_broken(source), source.known)
        return self._subjects[source.name]

    def record(self, case: Case, source: Source) -> tuple[Record, Connection]:
        """Run one case."""
        subject = self.subject(source)
        return self.runner.record(case, subject), self.runner.connect(subject)


LABORATORY = pytest.StashKey[Laboratory]()


def laboratory(config: pytest.Config) -> Laboratory:
    """The laboratory of this process."""
    if LABORATORY not in config.stash:
        config.stash[LABORATORY] = Laboratory(config)
    return config.stash[LABORATORY]


class CaseFileNode(pytest.File):
    """One case file."""

    def collect(self) -> Iterator[CaseItem]:
        """One item for each case and implementation, in the files' order."""
        shared = laboratory(self.config)
        file = f"{shared.cases.name}/{self.path.relative_to(shared.cases).as_posix()}"
        for case in shared.plan.cases:
            if case.file == file:
                for source in shared.sources:
                    yield CaseItem.from_parent(
                        self, name=item_name(case, source, shared.plan), case=case, source=source
                    )


class CaseItem(pytest.Item):
    """One case with one implementation."""

    def __init__(self, *, case: Case, source: Source, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.case = case
        self.source = source
        settings = case.settings() | {"asks": case.asks}
        self.add_marker(pytest.mark.case(**settings))
        # -k matches parts of words, so a flag that is off has none: bidirectional is also in "bidirectional-False".
        flags = [name for name, value in settings.items() if value is True]
        words = [f"{name}-{value}" for name, value in settings.items() if not isinstance(value, bool)]
        self.extra_keyword_matches.update(flags, words)

    def runtest(self) -> None:
        """Run the case, hand the record to the controller, and let pytest know how it went."""
        record, connection = laboratory(self.config).record(self.case, self.source)
        payload = dump({"record": dataclasses.asdict(record), "connection": connection_line(connection)})
        self.user_properties.append((PROPERTY, payload))
        beside = record.asks == "validation" and not self.config.getoption("conformance_strict")
        tell_pytest(record, connection, forgiven=beside or self.source.expectation is not None)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The verdict's sentence, without a traceback of ours; of thousands of expected ones each takes long."""
        if isinstance(excinfo.value, CaseFailure | pytest.xfail.Exception):
            return f"{excinfo.value}\n{self.case.file}:{self.case.line}: {self.case.id}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the case is written down."""
        return self.path, self.case.line - 1, f"{self.source.name}: {self.case.id}"


def tell_pytest(record: Record, connection: Connection, *, forgiven: bool) -> None:
    """Pass, skip, xfail or fail.

    What is not connected fails once, in the verdict at the end, not a thousand times. What is forgiven does not decide:
    validation is reported beside, and an implementation that is kept because it is wrong is judged by its expectation.
    """
    if not connection.connected:
        pytest.skip(f"{record.implementation} is not connected")
    if record.status is Status.UNSUPPORTED:
        pytest.skip(record.why)
    if record.status is Status.KNOWN or (forgiven and record.status in WRONG):
        pytest.xfail(record.why)
    if record.status is not Status.PASS:
        raise CaseFailure(f"{record.status.value}: {record.why}")


def item_name(case: Case, source: Source, plan: Plan) -> str:
    """`reference[bidirectional,num_layers=2]`; with both dtypes, the dtype behind it."""
    _, bracket, settings = case.id.partition("[")
    return f"{source.name}[{settings if bracket else ']'}" + (f"-{case.dtype}" if plan.dtype == "both" else "")
