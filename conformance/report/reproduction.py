"""The command that writes a script for one case, torch and one implementation, without this harness."""

from __future__ import annotations

import shlex

from conformance.record import Record, Run
from conformance.report.text import clean
from conformance.status import Status
from conformance.summary import Summary

COMMAND = "rnn-conformance cases show"
EXPLAIN = "rnn-conformance explain"
SCRIPT = "--script repro.py"


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
    seed = [f"--seed {run.header.seed}"] if run.header.seed else []
    dtype = run.header.scope.get("dtype", "auto")
    return " ".join([EXPLAIN, shlex.quote(origin), *seed, *([f"--dtype {dtype}"] if dtype.startswith("float") else [])])


def reproduction_options(run: Run, summary: Summary) -> list[str]:
    """What stands in the command whatever the case: the implementation, where it is a file, and the seed."""
    origin = clean(summary.planned.origin)
    options = [f"--impl {shlex.quote(origin)}"] if origin else []
    return options + ([f"--seed {run.header.seed}"] if run.header.seed else [])


def dtype_forced(run: Run, summary: Summary) -> bool:
    """Whether cases were judged in another dtype than their own."""
    declined = summary.connection is not None and summary.connection.dtype == "float32"
    return declined or run.header.scope.get("dtype", "auto") != "auto"
