"""Carrying out a plan: implementations in, a Run out, records written as they come."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import IO

from conformance import discovery
from conformance.command import Allowed
from conformance.connection import Connection
from conformance.evidence import diagnose
from conformance.finding import Diagnosis
from conformance.implementation import BrokenImplementation, Implementation, NoImplementationError
from conformance.plan import Plan, now
from conformance.record import Gate, Record, Run
from conformance.record_file import RecordWriter
from conformance.runner import Subject
from conformance.source import Source
from conformance.trainer_process import learning_apart


class NoTorchError(Exception):
    """torch is not installed, so there is nothing to compare with."""


@dataclass(frozen=True)
class Named:
    """An implementation that is loaded, and where it came from."""

    source: Source
    implementation: Implementation


def load(sources: Iterable[Source]) -> tuple[Named, ...]:
    """Import implementations into this process; NoImplementationError where one has no RNN."""
    return tuple(Named(source, discovery.load(source)) for source in sources)


@contextlib.contextmanager
def loaded(sources: Iterable[Source], allowed: Allowed, *, lenient: bool = False) -> Iterator[tuple[Named, ...]]:
    """Implementations, each in a process of its own that ends with the block; they are imported side by side.

    Raises NoImplementationError where one has no RNN; if `lenient`, such a one is broken, and does not keep the
    others from being judged.
    """
    with contextlib.ExitStack() as stack:
        begun = [(source, discovery.begin(source, allowed)) for source in sources]
        named = []
        for source, finish in begun:
            found = _or_broken(source, finish) if lenient else finish()
            stack.callback(found.close)
            named.append(Named(source, found))
        yield tuple(named)


def load_or_broken(source: Source) -> Implementation:
    """Import one implementation into this process; one that is not there is a broken one."""
    return _or_broken(source, discovery.begin(source))


def _or_broken(source: Source, finish: Callable[[], Implementation]) -> Implementation:
    """One that is not there is a broken one."""
    try:
        return finish()
    except NoImplementationError as error:
        return BrokenImplementation(source.name, error, description=source.description, origin=source.origin)


def execute(
    plan: Plan,
    named: tuple[Named, ...],
    *,
    skipped: Iterable[Source] = (),
    gate: Gate | None = None,
    stream: IO[str] | None = None,
    progress: Callable[[Record], None] = lambda _: None,
) -> Run:
    """Run a plan; the records go to `stream` as they come. Ctrl-C ends it with what there is, marked incomplete.

    `skipped` are implementations that cannot be run here; they are told of, and that is all. `gate` says how the
    implementation is shut in.
    """
    began = time.monotonic()
    header = dataclasses.replace(plan.header([n.source for n in named], now(), skipped), gate=gate)
    writer = None if stream is None else RecordWriter(stream, header)
    connections: list[Connection] = []
    records: list[Record] = []
    diagnoses: list[Diagnosis] = []
    complete = False
    try:
        with learning_apart(plan.cases, plan.seed) as learns:
            runner = dataclasses.replace(plan.runner(load_oracle()), keep_failures=True, learns=learns)
            subjects = [Subject(n.implementation, n.source.known) for n in named]
            for subject in subjects:
                connections.append(runner.connect(subject))
                if writer:
                    writer.connection(connections[-1])
            for record in runner.run(plan.cases, subjects):
                records.append(record)
                if writer:
                    writer.record(record)
                progress(record)
            complete = True
            for subject in subjects:
                diagnosis = diagnose(runner, plan, subject, records)
                if diagnosis is not None:
                    diagnoses.append(diagnosis)
                    if writer:
                        writer.diagnosis(diagnosis)
    except KeyboardInterrupt:
        pass  # after the last case it costs a diagnosis and no verdict
    finally:
        seconds = time.monotonic() - began
        if writer:
            writer.close(complete=complete, seconds=seconds)
    return Run(
        header=header,
        connections=tuple(connections),
        records=tuple(records),
        complete=complete,
        seconds=seconds,
        diagnoses=tuple(diagnoses),
    )


def load_oracle() -> Implementation:
    """torch.nn.RNN; NoTorchError with a way out where torch is not installed."""
    try:
        # torch takes seconds to import, and half of the commands do not need it.
        from conformance.oracle import oracle  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise NoTorchError(
            "torch is not installed, and it is what implementations are compared with; "
            "install torch 2.13.0 beside this package (README says how to choose a CPU build)"
        ) from None
    return oracle()
