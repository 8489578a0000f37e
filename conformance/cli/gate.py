"""`gate SUBMISSION.py`: one submission, confined, and a verdict that it cannot forge."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Any

import click

from conformance.cli.gate_options import gate_options, seed_of
from conformance.cli.options import Failure, make_plan, progress, selection, sentences
from conformance.cli.results import Outputs
from conformance.confinement import doctor, kernel
from conformance.confinement.layer import NotJudgedError
from conformance.feedback import author, document, words
from conformance.feedback.author import WHOSE_MATTER, why_not_judged
from conformance.gate import Terms, judge
from conformance.plan import Plan
from conformance.record import Run
from conformance.record_file import parse
from conformance.submission.file import NoSubmissionError
from conformance.summary import EXIT_HARNESS, EXIT_SUCCESS, EXIT_USAGE, exit_code, summaries


@click.command()
@click.argument("submission", metavar="[SUBMISSION.py[:NAME] | COMMAND.yaml]", required=False)
@click.option("--doctor", "examine", is_flag=True, help="Show which layers hold on this machine, and judge nothing.")
@selection
@gate_options
@sentences
def gate(
    *,
    submission: str | None,
    examine: bool,
    terms: Terms,
    outputs: Outputs,
    as_json: bool,
    strict: bool,
    seed: str,
    **chosen: Any,
) -> int:
    """Judge one submission that cannot be trusted: confined, and right only if it is right in all of the scope.

    Its code never runs in a process that knows an answer or can write a verdict. Exit codes: 0 right in all of the
    scope, 1 not, 2 usage, 3 not judged (never a pass, never a fail), 5 nothing selected.
    """
    if examine:
        return _examine()
    if submission is None:
        raise Failure("say what to judge: a file such as submission.py", EXIT_USAGE)
    plan = make_plan(seed=seed_of(seed), follow_dtype=False, **chosen)
    outputs.ready()
    _keep_to_ourselves()
    form = document if as_json else words
    try:
        run, said = _judged(plan, submission, terms, outputs)
        text = (
            form.render(run, strict=strict)
            if not why_not_judged(run)
            else _no_verdict(run, as_json=as_json, strict=strict)
        )
    except NoSubmissionError as error:
        raise Failure(str(error), EXIT_USAGE) from None
    except NotJudgedError as error:
        why = f"{str(error)[0].upper()}{str(error)[1:]}. {WHOSE_MATTER}"
        click.echo(form.not_judged(why) + outputs.not_judged(why), nl=False)
        return EXIT_HARNESS
    click.echo(text + said, nl=False)
    if run.header.gate is None or not run.header.gate.verdict:
        return EXIT_HARNESS
    return exit_code(summaries(run), finished=run.complete, strict=strict, complete=True)


def _examine() -> int:
    """What this machine offers; success where it may judge."""
    try:
        machine = doctor.examined()
    except NotJudgedError as error:
        raise Failure(str(error), EXIT_USAGE) from None
    click.echo(doctor.table(machine))
    return EXIT_SUCCESS if machine.strongest.holds(machine.required) else EXIT_HARNESS


def _judged(plan: Plan, submission: str, terms: Terms, outputs: Outputs) -> tuple[Run, str]:
    """The run as it is recorded, and what is to be printed beside it; everything is made from the record alone."""
    path, attribute = _place(submission)
    # In memory, where no submission can reach it, and nothing is left of it if this process is ended.
    stream = io.StringIO()
    with progress(len(plan.cases)) as advance:
        judge(plan, path, attribute, terms, stream, advance)
    run = parse(stream.getvalue(), "the record of this run")
    why = why_not_judged(run)
    about = {file.source.name: file.about for file in plan.suite.files}
    if not why:
        return run, outputs.write(run, stream.getvalue(), about, path)
    outputs.keep(run, stream.getvalue())
    return run, outputs.not_judged(why)


def _no_verdict(run: Run, *, as_json: bool, strict: bool) -> str:
    """A run that decides nothing; an advisory one is to be looked at all the same."""
    why = why_not_judged(run)
    if as_json:
        return document.not_judged(why)
    try:
        return words.advice(run, strict=strict)
    except author.NotJudgedError:
        return words.not_judged(why)


def _place(submission: str) -> tuple[Path, str]:
    """The file and the name in it, if one is given."""
    file, colon, name = submission.rpartition(":")
    return (Path(file), name) if colon and file.endswith(".py") else (Path(submission), "")


def _keep_to_ourselves() -> None:
    """Import nothing from the folder that we were started in, and let nobody read this process."""
    here = Path.cwd()
    home = Path(__file__).parents[2]
    sys.path[:] = [p for p in sys.path if Path(p or ".").resolve() != here or here == home]
    if sys.platform.startswith("linux") and os.geteuid() != 0:  # root reads everybody
        kernel.prctl(kernel.SET_DUMPABLE, 0)
