"""`check FILE`: one implementation, one answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from conformance.cli.options import Failure, allowing, make_plan, own_stdout, progress, running, sentences
from conformance.cli.outcome import write_reports
from conformance.command import Allowed
from conformance.discovery import from_command, parse
from conformance.execution import execute, loaded
from conformance.report.terminal import render
from conformance.result import Result
from conformance.source import Source
from conformance.summary import EXIT_USAGE, exit_code


@click.command()
@click.argument("implementation", metavar="[FILE.py[:NAME] | FILE.yaml | package.module:NAME]", required=False)
@click.option("--command", metavar="'./my_rnn ...'", help="A program that speaks conformance/protocol.md, instead.")
@click.option("--report", "reports", type=click.Path(path_type=Path), help="Write records and HTML report here.")
@running
@allowing
@click.pass_context
@sentences
def check(
    ctx: click.Context,
    /,
    implementation: str | None,
    command: str | None,
    reports: Path | None,
    as_json: bool,
    strict: bool,
    complete: bool,
    allowed: Allowed,
    **chosen: Any,
) -> int:
    """Check one implementation against torch.nn.RNN; writes nothing unless asked to."""
    with own_stdout() as out:
        plan = make_plan(**chosen)
        source = _source(implementation, command)
        with (
            loaded([source], allowed) as named,
            progress(len(plan.cases)) as advance,
            write_reports(reports) as stream,
        ):
            run = execute(plan, named, stream=stream, progress=advance)
        result = Result(run)
        text = json.dumps(result.to_dict(), indent=2) if as_json else render(run, strict=strict, complete=complete)
        click.echo(text, file=out, color=ctx.color)
    return exit_code([result.summary], finished=run.complete, strict=strict, complete=complete)


def _source(implementation: str | None, command: str | None) -> Source:
    """What is to be checked: a file, a module, or a command."""
    if implementation is not None and command is None:
        return parse(implementation)
    if command is not None and implementation is None:
        return from_command(command)
    raise Failure("say what to check: a file such as my_rnn.py, or --command './my_rnn'", EXIT_USAGE)
