"""`explain FILE [CASE]`: the smallest case that still fails, step by step."""

from __future__ import annotations

import dataclasses
import difflib
import shlex
from collections.abc import Iterator
from pathlib import Path

import click

from conformance import shrink, walkthrough
from conformance.cli.options import Failure, allowing, make_plan, own_stdout, progress, sentences
from conformance.command import Allowed
from conformance.discovery import parse
from conformance.execution import execute, load_oracle, loaded
from conformance.plain_text import clean
from conformance.plan import Plan
from conformance.record import Record
from conformance.report.terminal import explanation_lines, verdict_line
from conformance.report.text import wrapped
from conformance.runner import Subject
from conformance.script import write
from conformance.status import Status
from conformance.summary import EXIT_USAGE, Summary, exit_code, summaries
from conformance.walkthrough.text import MARK

#: Why there is no walk through a training case, and what to do instead.
_NO_STEPS = (
    "training makes too many calls to be followed by hand, each from what was learned before it; the gradients cases "
    "ask the same of single calls, and those can be explained: leave the case out, or take one of them"
)

_NO_ANSWER = (Status.CRASH, Status.TIMEOUT, Status.MEMORY)


@click.command()
@click.argument("implementation", metavar="FILE.py[:NAME] | package.module:NAME")
@click.argument("case_id", metavar="[CASE]", required=False)
@click.option("--where", metavar="NAME=VALUE,...", help="Only cases with these settings; a|b for either.")
@click.option("--cases", type=click.Path(path_type=Path), help="Another folder of case files.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed draws other numbers.")
@click.option("--dtype", type=click.Choice(["float64", "float32"]), help="Instead of each case's own.")
@click.option("--script", type=click.Path(path_type=Path), help="Write a script that reproduces the small case.")
@allowing
@click.pass_context
@sentences
def explain(
    ctx: click.Context,
    /,
    implementation: str,
    case_id: str | None,
    where: str | None,
    cases: Path | None,
    seed: int,
    dtype: str | None,
    script: Path | None,
    allowed: Allowed,
) -> int:
    """Reduce a failing case to the smallest that still fails, and show it step by step, to be checked by hand.

    CASE is the id of a case; without it all are run, and the simplest that fails is taken. Exit codes as for `check`.
    """
    with own_stdout() as out:
        plan = make_plan(cases=cases, where=where, case=None, seed=seed, dtype=dtype or "auto")
        source = parse(implementation)
        if case_id is not None:  # who asks for one case wants it explained, also where it is a known difference
            plan, source = _only(plan, case_id), dataclasses.replace(source, known=())
        with loaded([source], allowed) as named:
            with progress(len(plan.cases)) as advance:
                run = execute(plan, named, progress=advance)
            summary = summaries(run)[0]
            for line in _lines(plan, summary, Subject(named[0].implementation), implementation, script):
                click.echo(line.replace(MARK, click.style(MARK, fg="red")), file=out, color=ctx.color)
    return exit_code([summary], finished=run.complete)


def _only(plan: Plan, case_id: str) -> Plan:
    """The plan narrowed to one case by its exact id."""
    ids = [case.id for case in plan.cases]
    if any(case.id == case_id and case.asks == "training" for case in plan.cases):
        raise Failure(f"{case_id} is a training case: {_NO_STEPS}", EXIT_USAGE)
    if case_id in ids:
        return dataclasses.replace(plan, case=case_id)
    if case_id in (case.id for case in plan.suite.cases):
        raise Failure(f"{case_id} is not among --where {plan.scope}: leave one of the two out", EXIT_USAGE)
    near = difflib.get_close_matches(case_id, ids, n=3)
    guess = f"; did you mean {' or '.join(near)}?" if near else "; `rnn-conformance cases list --ids` lists them"
    raise Failure(f"there is no case {case_id}{guess}", EXIT_USAGE)


def _lines(plan: Plan, summary: Summary, subject: Subject, implementation: str, script: Path | None) -> Iterator[str]:
    """Everything that is printed, as it is found."""
    yield from wrapped(click.unstyle(verdict_line(summary)))
    yield from clean(summary.verdict).splitlines()[1:]  # a suggested load_state_dict, as it is to be typed
    yield from explanation_lines(summary, bold=True)
    yield from _suite_errors(summary)
    record = _simplest(summary)
    if record is None or not summary.connected:
        yield from _without_steps(summary)
        return
    yield ""
    trial = _smallest(plan, record, subject)
    yield from wrapped(_heading(record, trial))
    yield ""
    yield from walkthrough.lines(trial)
    yield ""
    if script is None:
        yield "The same small case as a script, without this harness:"
        yield f"  {_command(plan, record, implementation)}"
    else:
        write(script, trial.case, seed=plan.seed, implementation=implementation)
        yield f"Written: {script}. Run it with: python {script}"


def _suite_errors(summary: Summary) -> Iterator[str]:
    """What kept a case from being judged."""
    fault = next((r for r in summary.records if r.status is Status.SUITE_ERROR), None)
    if fault is not None:
        yield from wrapped(f"{fault.case}: {fault.why}", "  ")


def _without_steps(summary: Summary) -> Iterator[str]:
    """What is wrong where no single call can be followed: no answer came, or training alone went wrong."""
    first = summary.first
    if first is None or not summary.connected or (first.asks != "training" and first.status not in _NO_ANSWER):
        return
    yield ""
    yield from wrapped(f"{first.case} fails: {first.why}.")
    if first.asks == "training":
        yield ""
        yield from wrapped(f"{_NO_STEPS[0].upper()}{_NO_STEPS[1:]}.")


def _simplest(summary: Summary) -> Record | None:
    """The simplest failure; a wrong call that is accepted is one only where nothing else is asked."""
    wrong = (r for r in summary.wrong if r.asks != "training" and (r.asks != "validation" or not summary.asked))
    return next((r for r in wrong if shrink.failure_of(r) is not None), None)


def _smallest(plan: Plan, record: Record, subject: Subject) -> walkthrough.Trial:
    """The smallest case that fails as the recorded one did, run once more."""
    oracle = load_oracle()
    case = next(case for case in plan.cases if case.id == record.case)
    case = case.in_dtype("float32") if record.dtype == "float32" else case
    small = shrink.shrink(case, shrink.StillFails(plan.runner(oracle), subject, record))
    return walkthrough.attempt(small, plan.seed, oracle, subject.implementation)


def _heading(record: Record, trial: walkthrough.Trial) -> str:
    """Which case it was, and what became of it."""
    if record.asks == "validation":
        return f"{record.case} fails:"
    if record.case == trial.case.id:
        return f"{record.case} fails, and nothing smaller was found to fail in the same way:"
    return f"{record.case} fails. The smallest case that fails in the same way:"


def _command(plan: Plan, record: Record, implementation: str) -> str:
    """What to type for a script of the same small case."""
    words = ["rnn-conformance", "explain", implementation, record.case, "--script", "repro.py"]
    words += ["--seed", str(plan.seed)] if plan.seed else []
    words += ["--dtype", plan.dtype] if plan.dtype != "auto" else []
    return shlex.join(words)
