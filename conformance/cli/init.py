"""`init`: what an instructor puts on a platform to have submissions judged there."""

from __future__ import annotations

from pathlib import Path

import click

from conformance.cli.options import Failure, make_plan, sentences
from conformance.course import PLATFORMS, Assignment, CourseError, Harness, account, kit, write
from conformance.summary import EXIT_NOTHING, EXIT_USAGE


@click.command()
@click.argument("platform", type=click.Choice(list(PLATFORMS)))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False)
@click.option("--from", "source", metavar="SPEC", help="The harness to install there, pinned: a wheel or a commit.")
@click.option("--file", default="my_rnn.py", show_default=True, metavar="NAME.py", help="The file to be handed in.")
@click.option("--where", default="", metavar="NAME=VALUE,...", help="The scope of the assignment; a|b for either.")
@click.option("--case", default="", metavar="GLOB", help="Only the cases whose id matches, such as 'values/*'.")
@click.option("--points", default=100, show_default=True, metavar="N", help="What a right file is worth.")
@click.option("--force", is_flag=True, help="Overwrite what is there.")
@sentences
def init(
    *,
    platform: str,
    folder: Path | None,
    source: str | None,
    file: str,
    where: str,
    case: str,
    points: int,
    force: bool,
) -> None:
    """Write what judges submissions on Gradescope, in classroom repositories, or in pull requests (actions).

    FOLDER is the platform's name where none is given. Scripts, a workflow, a template for students, and a README that
    says what to decide, what to do, and who may change what. conformance/gate.md says what protects what.
    """
    folder = folder or Path(platform)
    try:
        assignment = Assignment(file=file, where=where, case=case, points=points, harness=Harness.of(source))
        scope = _scope(where, case)
        write(kit(platform), assignment, folder, force=force)
    except CourseError as error:
        raise Failure(str(error), EXIT_USAGE) from None
    click.echo("\n".join(account(kit(platform), assignment, folder, scope)))


def _scope(where: str, case: str) -> str:
    """What the scope holds, as a sentence; a scope without a case that counts ends with exit code 5."""
    plan = make_plan(cases=None, where=where, case=case or None)
    counts = [each for each in plan.cases if each.asks != "validation"]
    everything = [each for each in plan.suite.cases if each.asks != "validation"]
    if not counts:
        raise Failure("nothing selected: only calls that torch refuses, and those decide nothing", EXIT_NOTHING)
    if len(counts) == len(everything):
        return f"all {len(counts):,} cases have to pass; the scope leaves nothing out."
    return f"{len(counts):,} of the {len(everything):,} cases that count are in the scope, and have to pass."
