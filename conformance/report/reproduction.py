"""What to type to see one result again: a script without this harness, step by step, or the case alone."""

from __future__ import annotations

import shlex

from conformance.plain_text import clean
from conformance.record import Record, Run
from conformance.status import Status
from conformance.summary import Summary

COMMAND = "rnn-conformance cases show"
EXPLAIN = "rnn-conformance explain"
SCRIPT = "--script repro.py"
CHECK = "rnn-conformance check"


def commands(run: Run, summary: Summary, record: Record) -> tuple[tuple[str, str], ...]:
    """What to type to see an implementation's simplest failing case again, and what each command is for."""
    made: tuple[tuple[str, str], ...]
    if record.asks == "training":
        made = (("Run it again, alone", alone(run, summary, record)),)
    else:
        made = (
            ("Reproduce it without this harness", command(run, summary, record)),
            ("The smallest case that still fails, step by step", explain(run, summary)),
        )
    return tuple((what, line) for what, line in made if line)


def command(run: Run, summary: Summary, record: Record) -> str:
    """What to type to reproduce one result."""
    options = reproduction_options(run, summary)
    dtype = [f"--dtype {record.dtype}"] if dtype_forced(run, summary) else []
    return " ".join([COMMAND, shlex.quote(clean(record.case)), *options, *dtype, SCRIPT])


def explain(run: Run, summary: Summary) -> str:
    """What to type to see the smallest case that still fails; nothing where there is no file, or nothing fails."""
    origin, first = clean(summary.planned.origin), summary.first
    if not origin or first is None or first.asks == "validation" or first.status not in (Status.FAIL, Status.ERROR):
        return ""
    dtype = run.header.scope.get("dtype", "auto")
    return " ".join(
        [EXPLAIN, shlex.quote(origin), *_numbers(run), *([f"--dtype {dtype}"] if dtype.startswith("float") else [])]
    )


def alone(run: Run, summary: Summary, record: Record) -> str:
    """What to type to judge one case alone, which is all there is of training; nothing where there is no file."""
    dtype = [f"--dtype {record.dtype}"] if dtype_forced(run, summary) else []
    made = alone_options(run, summary)
    return " ".join([*made, f"--case {shlex.quote(clean(record.case))}", *dtype]) if made else ""


def alone_options(run: Run, summary: Summary) -> list[str]:
    """How that begins, whatever the case: command, implementation, cases and seed; none without a file."""
    origin = clean(summary.planned.origin)
    return [CHECK, shlex.quote(origin), *_numbers(run)] if origin else []


def reproduction_options(run: Run, summary: Summary) -> list[str]:
    """What stands in the command whatever the case: the implementation, where it is a file, the cases and the seed."""
    origin = clean(summary.planned.origin)
    return [*([f"--impl {shlex.quote(origin)}"] if origin else []), *_numbers(run)]


def _numbers(run: Run) -> list[str]:
    """Which cases there are and which numbers they have, where that is not as usual."""
    folder = clean(run.header.scope.get("cases", ""))
    cases = [f"--cases {shlex.quote(folder)}"] if folder else []
    return cases + ([f"--seed {run.header.seed}"] if run.header.seed else [])


def dtype_forced(run: Run, summary: Summary) -> bool:
    """Whether cases were judged in another dtype than their own."""
    declined = summary.connection is not None and summary.connection.dtype == "float32"
    return declined or run.header.scope.get("dtype", "auto") != "auto"
