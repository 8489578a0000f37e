"""`report RESULTS`: the verdicts and the HTML report of a record file, read again."""

from __future__ import annotations

from pathlib import Path

import click

from conformance.cli.options import sentences
from conformance.cli.outcome import REPORT
from conformance.record_file import read
from conformance.report.html import write
from conformance.report.terminal import render
from conformance.summary import exit_code, summaries


@click.command()
@click.argument("results", type=click.Path(path_type=Path))
@click.option("--output", type=click.Path(path_type=Path), help="The HTML file; beside the records if not given.")
@click.pass_context
@sentences
def report(ctx: click.Context, results: Path, output: Path | None) -> int:
    """Rebuild the HTML report from a record file; a truncated, edited or doubled one is refused (exit 3)."""
    run = read(results)
    target = output or results.with_name(REPORT)
    write(run, target, records=results.parent)
    click.echo(render(run), color=ctx.color)
    click.echo(f"\nReport: {target}")
    return exit_code(summaries(run), finished=run.complete)
