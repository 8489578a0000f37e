"""`run`: every implementation under impls/, into reports/."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from conformance.cli.options import Failure, allowing, make_plan, own_stdout, progress, running, sentences
from conformance.cli.outcome import write_reports
from conformance.command import Allowed
from conformance.discovery import discover, select
from conformance.execution import execute, loaded
from conformance.record import Run
from conformance.report.terminal import render
from conformance.result import Result
from conformance.source import Source
from conformance.summary import EXIT_NOTHING, EXIT_USAGE, exit_code, summaries


@click.command()
@click.option("--impls", type=click.Path(path_type=Path), default="impls", show_default=True, help="Their folder.")
@click.option("--impl", "names", metavar="NAME", multiple=True, help="Only this implementation; repeatable.")
@click.option("--reports", type=click.Path(path_type=Path), default="reports", show_default=True, help="Written here.")
@running
@allowing
@click.pass_context
@sentences
def run(
    ctx: click.Context,
    /,
    impls: Path,
    names: tuple[str, ...],
    reports: Path,
    as_json: bool,
    strict: bool,
    complete: bool,
    allowed: Allowed,
    **chosen: Any,
) -> int:
    """Run every implementation under impls/ and every installed one; write results.jsonl and parity.html."""
    with own_stdout() as out:
        plan = make_plan(**chosen)
        sources, skipped = _chosen(impls, names)
        with (
            loaded(sources, allowed, lenient=True) as named,
            progress(len(plan.cases) * len(named)) as advance,
            write_reports(reports) as stream,
        ):
            done = execute(plan, named, skipped=skipped, stream=stream, progress=advance)
        text = json.dumps(_documents(done), indent=2) if as_json else render(done, strict=strict, complete=complete)
        click.echo(text, file=out, color=ctx.color)
        if not as_json:
            click.echo(f"\nReport: {reports / 'parity.html'}   records: {reports / 'results.jsonl'}", file=out)
    return exit_code(summaries(done), finished=done.complete, strict=strict, complete=complete)


def _chosen(impls: Path, names: tuple[str, ...]) -> tuple[tuple[Source, ...], tuple[Source, ...]]:
    """The implementations that are to be run, and those that cannot be run here.

    One that is asked for by name may not be skipped: then something that it requires is to be installed.
    """
    found = discover(impls)
    if not found:
        raise Failure(f"{impls} is no folder with an implementation: drop a file with a class RNN into it", EXIT_USAGE)
    chosen = select(found, names)
    skipped = tuple(source for source in chosen if source.missing)
    if skipped and names:
        raise Failure(
            "; ".join(f"{source.name} cannot be run here: {source.missing}" for source in skipped), EXIT_USAGE
        )
    if len(skipped) == len(chosen):
        reasons = "; ".join(f"{source.name}: {source.missing}" for source in skipped)
        raise Failure(f"nothing selected: no implementation can be run here ({reasons})", EXIT_NOTHING)
    return tuple(source for source in chosen if not source.missing), skipped


def _documents(done: Run) -> list[dict[str, Any]]:
    """The document of `check --json`, for each implementation."""
    return [Result(done, index).to_dict() for index in range(len(done.header.implementations))]
