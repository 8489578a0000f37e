"""What check, run and the cases commands share: options, and mistakes of users as sentences with an exit code."""

from __future__ import annotations

import dataclasses
import functools
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TypeVar

import click

from conformance.command import Allowed
from conformance.execution import NoTorchError
from conformance.implementation import NoImplementationError
from conformance.plan import Plan
from conformance.quiet import show_output as let_through
from conformance.record import Record
from conformance.record_file import RecordError
from conformance.summary import EXIT_HARNESS, EXIT_NOTHING, EXIT_USAGE
from conformance.sweep.scope import ScopeError, parse_where
from conformance.sweep.suite import find_cases, load
from conformance.sweep.yaml_source import CaseFileError
from conformance.training.progress import watched

Command = TypeVar("Command", bound=Callable[..., Any])

#: Each kind of mistake, and its exit code.
_CODES: dict[type[Exception], int] = {
    CaseFileError: EXIT_USAGE,
    NoImplementationError: EXIT_USAGE,
    ScopeError: EXIT_USAGE,
    NoTorchError: EXIT_HARNESS,
    RecordError: EXIT_HARNESS,
}


class Failure(click.ClickException):
    """A sentence for the user and an exit code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.exit_code = code  # type: ignore[misc]  # click declares it for the class and reads it from the instance


def sentences(command: Command) -> Command:
    """Turn mistakes that a user can make into sentences."""

    @functools.wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except tuple(_CODES) as error:
            raise Failure(str(error), _CODES[type(error)]) from None

    return wrapped  # type: ignore[return-value]  # functools.wraps keeps the signature


def selection(command: Command) -> Command:
    """The options that say which cases run, and how."""
    for option in (
        click.option("--cases", type=click.Path(path_type=Path), help="Another folder of case files."),
        click.option("--case", metavar="GLOB", help="Only the cases whose id matches."),
        click.option("--where", metavar="NAME=VALUE,...", help="Only cases with these settings; a|b for either."),
    ):
        command = option(command)
    return command


def running(command: Command) -> Command:
    """The options of a run."""
    for option in (
        click.option("--complete", is_flag=True, help="Succeed only if nothing is declined."),
        click.option("--strict", is_flag=True, help="Succeed only if every wrong call is refused too."),
        click.option("--json", "as_json", is_flag=True, help="Print one JSON document on stdout and nothing else."),
        click.option("--seed", type=int, default=0, show_default=True, help="Another seed draws other numbers."),
        click.option(
            "--dtype",
            type=click.Choice(["auto", "float64", "float32", "both"]),
            default="auto",
            show_default=True,
            help="auto: each case's own; float32 throughout for what declines float64.",
        ),
    ):
        command = option(command)
    return selection(command)


def allowing(command: Command) -> Command:
    """The options that say what an implementation may take and print; the command is given an Allowed."""

    @functools.wraps(command)
    def wrapped(
        *args: Any, case_time_limit: float | None, memory_limit: int | None, show_output: bool, **kwargs: Any
    ) -> Any:
        let_through(show=show_output)  # where there can be no process of its own
        chosen = Allowed(case_seconds=case_time_limit, show_output=show_output)
        if memory_limit is not None:
            chosen = dataclasses.replace(chosen, memory=memory_limit << 20)
        return command(*args, allowed=chosen, **kwargs)

    for option in (
        click.option("--show-output", is_flag=True, help="Let prints of the implementation through, on stderr."),
        click.option(
            "--memory-limit",
            type=click.IntRange(min=1),
            metavar="MIB",
            help="What an implementation in Python may have.  [default: three quarters of what there is]",
        ),
        click.option(
            "--case-time-limit",
            type=click.FloatRange(min=0, min_open=True),
            metavar="SECONDS",
            help="For one case.  [default: 60; of a command, its file's]",
        ),
    ):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[return-value]  # functools.wraps keeps the signature


def make_plan(*, cases: Path | None, where: str | None, case: str | None, **settings: Any) -> Plan:
    """The plan that the options describe; a plan without cases ends with exit code 5."""
    plan = Plan(
        suite=load(find_cases(cases)),
        scope=parse_where(where),
        case=case,
        command=command_line(),
        folder=cases.as_posix() if cases else "",
        **settings,
    )
    if not plan.cases:
        raise Failure(
            f"nothing selected: none of {len(plan.suite.cases):,} cases matches"
            f"{f' --where {where}' if where else ''}{f' --case {case}' if case else ''}",
            EXIT_NOTHING,
        )
    return plan


def command_line() -> str:
    """What was typed, without the folders of this machine in front of the command."""
    return " ".join(["rnn-conformance", *sys.argv[1:]])


@contextmanager
def own_stdout() -> Iterator[IO[str]]:
    """Standard output for us alone: what implementations write to it, at whatever level, goes to stderr instead."""
    try:
        descriptor = sys.stdout.fileno()
    except (OSError, AttributeError, ValueError):  # a test's or a notebook's stdout has none
        yield sys.stdout
        return
    sys.stdout.flush()
    ours = os.fdopen(os.dup(descriptor), "w", encoding=sys.stdout.encoding or "utf-8")
    os.dup2(sys.stderr.fileno(), descriptor)
    try:
        yield ours
    finally:
        ours.flush()
        os.dup2(ours.fileno(), descriptor)
        ours.close()


@contextmanager
def progress(total: int) -> Iterator[Callable[[Record], None]]:
    """A progress bar on stderr, only where somebody watches."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with click.progressbar(length=total, label="cases", file=sys.stderr, show_pos=True, show_eta=False) as bar:

        def tell(what: str, done: int, steps: int) -> None:
            bar.label = f"{what} step {done} of {steps}"
            bar.render_progress()

        def advance(_: Record) -> None:
            bar.label = "cases"
            bar.update(1)

        with watched(tell):
            yield advance
