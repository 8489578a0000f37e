"""`check FILE`: one implementation, one answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from conformance.cli.options import make_plan, own_stdout, progress, running, sentences
from conformance.cli.outcome import write_reports
from conformance.discovery import parse
from conformance.execution import execute, load
from conformance.quiet import show_output as let_through
from conformance.report.terminal import render
from conformance.result import Result
from conformance.summary import exit_code


@click.command()
@click.argument("implementation", metavar="FILE.py[:NAME] | package.module:NAME")
@click.option("--report", "reports", type=click.Path(path_type=Path), help="Write records and HTML report here.")
@running
@click.pass_context
@sentences
def check(
    ctx: click.Context,
    /,
    implementation: str,
    reports: Path | None,
    as_json: bool,
    strict: bool,
    complete: bool,
    show_output: bool,
    **chosen: Any,
) -> int:
    """Check one implementation against torch.nn.RNN; writes nothing unless asked to."""
    let_through(show=show_output)
    with own_stdout() as out:
        plan = make_plan(**chosen)
        named = load([parse(implementation)])
        with progress(len(plan.cases)) as advance, write_reports(reports) as stream:
            run = execute(plan, named, stream=stream, progress=advance)
        result = Result(run)
        text = json.dumps(result.to_dict(), indent=2) if as_json else render(run, strict=strict, complete=complete)
        click.echo(text, file=out, color=ctx.color)
    return exit_code([result.summary], finished=run.complete, strict=strict, complete=complete)
