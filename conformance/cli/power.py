"""`power`: how many known mistakes the cases would let through."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path

import click

from conformance.cli.options import Failure, make_plan, sentences
from conformance.power.power import FILE, Power
from conformance.power.table import render
from conformance.summary import EXIT_HARNESS, EXIT_USAGE, EXIT_WRONG


def _pair_count(ctx: click.Context, param: click.Parameter, value: str) -> int | None:
    """A number, or None for all."""
    if value == "all":
        return None
    if not value.isdecimal():
        raise click.BadParameter(f"{value!r} should be a number of pairs, or all", ctx, param)
    return int(value)


@click.command()
@click.option("--cases", type=click.Path(path_type=Path), help="Another folder of case files.")
@click.option(
    "--pairs",
    metavar="N|all",
    callback=_pair_count,
    default="all",
    show_default=True,
    help="Pairs of faults tried.",
)
@click.option(
    "--report", "reports", type=click.Path(path_type=Path), default="reports", show_default=True, help="Written here."
)
@click.option("--all", "every", is_flag=True, help="List every fault, not only the weakest.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document on stdout and nothing else.")
@sentences
def power(*, cases: Path | None, pairs: int | None, reports: Path, every: bool, as_json: bool) -> int:
    """Plant every fault of the dictionary in the reference, and see which cases catch it; writes power.json.

    Exit codes: 0 if every fault is caught by at least two cases and no pair of faults escapes, 1 if not, 3 if a case is
    itself at fault.
    """
    # The faults, and others' checks, are drawn up when they are imported.
    from conformance.faults import DICTIONARY  # noqa: PLC0415
    from conformance.power.measurement import measure  # noqa: PLC0415

    plan = make_plan(cases=cases, where=None, case=None)
    _prepare(reports)
    try:
        with _progress(len(plan.cases), math.comb(len(DICTIONARY), 2), pairs) as advance:
            found = measure(plan, pairs=pairs, advance=advance)
    except BrokenProcessPool:
        raise Failure(
            "a process of the measurement was ended from outside; was there enough memory?", EXIT_HARNESS
        ) from None
    path = reports / FILE
    path.write_text(found.to_json() + "\n", encoding="utf-8", newline="\n")
    click.echo(found.to_json() if as_json else f"{render(found, every=every)}\n\nWritten: {path}")
    return _exit_code(found)


def _exit_code(found: Power) -> int:
    """A case that is itself at fault says nothing of the others' power."""
    if found.suite_errors:
        return EXIT_HARNESS
    return 0 if found.sufficient else EXIT_WRONG


def _prepare(folder: Path) -> None:
    """Say at once, and not after a minute, where nothing can be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FILE).unlink(missing_ok=True)  # an earlier measurement must not be taken for this one
    except OSError as error:
        raise Failure(f"{folder} cannot be written to: {error.strerror}", EXIT_USAGE) from None


@contextmanager
def _progress(cases: int, possible: int, pairs: int | None) -> Iterator[Callable[[int], None]]:
    """A progress bar of cases and pairs on stderr, only where somebody watches."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    tried = possible if pairs is None else min(pairs, possible)
    with click.progressbar(length=cases + tried, label="cases and pairs", file=sys.stderr) as bar:
        yield bar.update
