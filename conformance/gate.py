"""The gate: one submission, shut in by layers that are proven first, judged in all of a scope."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from conformance.command.leash import scratch
from conformance.confinement import doctor
from conformance.confinement.confined import ORDER
from conformance.confinement.held import Held, held
from conformance.confinement.layer import Layer, NotJudgedError
from conformance.confinement.level import Level, required
from conformance.execution import Named, execute
from conformance.implementation import BrokenImplementation, Implementation, NotConnectedError
from conformance.observation import NotObservedError
from conformance.plan import Plan
from conformance.record import Gate, GateLayer, Record, Run
from conformance.registration import is_command_file
from conformance.source import Source
from conformance.submission import Allowance, SubmissionError, SubmittedImplementation, submitted
from conformance.submission.command_folder import CommandFolder
from conformance.submission.commanded import CommandedImplementation, commanded
from conformance.submission.file import LARGEST, NoSubmissionError
from conformance.submission.submitted import surroundings


@dataclass(frozen=True, kw_only=True)
class Terms:
    """On which terms a submission is judged: how strongly it is shut in, and what it may take.

    `level` is the level asked for, the strongest where it is None; `largest` is in bytes, and for Python files;
    `visible` are folders that a command may read besides its own.
    """

    level: Level | None = None
    advisory: bool = False
    allowed: Allowance = field(default_factory=Allowance)
    largest: int = LARGEST
    with_torch: bool = False
    visible: tuple[Path, ...] = ()


def judge(
    plan: Plan, path: Path, attribute: str, terms: Terms, stream: IO[str], progress: Callable[[Record], None]
) -> Run:
    """Judge a Python file, or a command's YAML file, writing the records to a stream that no submission can reach.

    Raises NoSubmissionError where there is none, and NotJudgedError where there can be no verdict. What is not fit to
    be run is judged, as something that cannot be started.
    """
    # Nothing beside a Python file is read, and of the file itself nothing by a parser: the judge only passes it on.
    origin = f"{path.name}:{attribute}" if attribute else path.name
    source = Source(path.stem, "", origin, path, None, attribute or None)
    with _only_not_judged(), _temporary_files(), contextlib.ExitStack() as stack:
        try:
            implementation, held_in, sha256 = _shut_in(path, attribute, terms, stack)
        except NoSubmissionError:
            raise
        except (SubmissionError, NotConnectedError) as refusal:
            implementation, sha256 = BrokenImplementation(path.stem, NotConnectedError(str(refusal))), ""
            held_in = stack.enter_context(
                held(terms.level, terms.allowed.limits, surroundings(), advisory=terms.advisory)
            )
        gate = _gate(held_in, path.name, sha256, terms)
        return execute(plan, (Named(source, implementation),), gate=gate, stream=stream, progress=progress)


def _shut_in(path: Path, attribute: str, terms: Terms, stack: contextlib.ExitStack) -> tuple[Implementation, Held, str]:
    """A submission as an implementation, what it is confined in, and the hash of what was read of it."""
    allowed = terms.allowed
    shut_in: SubmittedImplementation | CommandedImplementation
    if is_command_file(path):
        folder = CommandFolder.read(path)
        shut_in = stack.enter_context(
            commanded(folder, level=terms.level, advisory=terms.advisory, allowed=allowed, reads=terms.visible)
        )
    else:
        shut_in = stack.enter_context(
            submitted(
                path, attribute, level=terms.level, advisory=terms.advisory, allowed=allowed, largest=terms.largest,
                with_torch=terms.with_torch,
            )
        )  # fmt: skip
    return shut_in, shut_in.held, shut_in.file.sha256


@contextlib.contextmanager
def _only_not_judged() -> Iterator[None]:
    """What ends a run through no fault of the submission is that it cannot be judged."""
    try:
        yield
    except NotObservedError as error:
        raise NotJudgedError(str(error)) from None


@contextlib.contextmanager
def _temporary_files() -> Iterator[None]:
    """Whatever is written for a while lies in one folder, which is gone with us, however that comes about."""
    with scratch() as folder:
        before, tempfile.tempdir = tempfile.tempdir, str(folder)
        try:
            yield
        finally:
            tempfile.tempdir = before


def _gate(held: Held, submission: str, sha256: str, terms: Terms) -> Gate:
    """How a submission is shut in, for the record."""
    allowed, caps = terms.allowed, terms.allowed.limits
    return Gate(
        level=held.level.value,
        verdict=held.level.holds(Level.B),
        system=doctor.system(),
        layers=tuple(_layer(kind, held) for kind in ORDER),
        submission=submission,
        sha256=sha256,
        with_torch=terms.with_torch,
        limits={
            "time-limit": allowed.total_seconds,
            "case-time-limit": allowed.seconds,
            "case-cpu-limit": caps.cpu_seconds,
            "memory-limit": caps.memory / (1 << 20),
            "open-files": caps.files,
            "output-limit": allowed.output / (1 << 20),
            "size-limit": terms.largest / (1 << 10),
            "group": allowed.group,
        },
    )


def _layer(kind: type[Layer], held: Held) -> GateLayer:
    """One layer: whether it is on, and what it refused in the trial before the run."""
    mine = next((layer for layer in held.confinement.confined.layers if isinstance(layer, kind)), None)
    names = mine.must_refuse() if mine else ()
    return GateLayer(
        name=kind.name,
        active=mine is not None,
        required=kind in required().layers,
        version=kind.version() if mine else "",
        evidence=tuple(f"{each.name}: {each.happened}" for each in held.evidence if each.name in names),
    )
