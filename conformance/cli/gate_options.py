"""The options of `gate`: how strongly a submission is shut in, what it may take, and what is written."""

from __future__ import annotations

import functools
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from conformance.cli.options import Failure
from conformance.cli.results import Outputs
from conformance.confinement.level import Level
from conformance.confinement.limits import Limits
from conformance.gate import Terms
from conformance.submission import GROUP, Allowance
from conformance.summary import EXIT_USAGE

Command = TypeVar("Command", bound=Callable[..., Any])

RANDOM = "random"
_POSITIVE, _COUNT = click.FloatRange(min=0, min_open=True), click.IntRange(min=1)
_FILE = click.Path(path_type=Path)

_OPTIONS = (
    click.option(
        "--dtype",
        type=click.Choice(["auto", "float64", "float32"]),
        default="auto",
        show_default=True,
        help="auto: each case's own, mostly float64.",
    ),
    click.option(
        "--seed",
        default=RANDOM,
        show_default=True,
        metavar="N",
        help="A number draws the same numbers again, and for everybody: also those of hidden cases.",
    ),
    click.option("--strict", is_flag=True, help="Right only if every wrong call is refused, too."),
    click.option("--level", type=click.Choice(list(Level)), help="How strongly to confine.  [default: the strongest]"),
    click.option("--advisory", is_flag=True, help="At level C, too: for a look, NOT A VERDICT (exit code 3)."),
    click.option(
        "--time-limit",
        metavar="SECONDS",
        type=_POSITIVE,
        default=300.0,
        show_default=True,
        help="For all cases together, the judge's own work not counted.",
    ),
    click.option(
        "--case-time-limit", metavar="SECONDS", type=_POSITIVE, default=10.0, show_default=True, help="For one case."
    ),
    click.option(
        "--case-cpu-limit",
        metavar="SECONDS",
        type=_COUNT,
        default=10,
        show_default=True,
        help="Processor time for one case.",
    ),
    click.option(
        "--memory-limit",
        metavar="MIB",
        type=click.IntRange(min=192),
        default=2048,
        show_default=True,
        help="Address space of a process.",
    ),
    click.option(
        "--open-files",
        metavar="N",
        type=click.IntRange(min=16),
        default=64,
        show_default=True,
        help="How many may be open at once.",
    ),
    click.option(
        "--output-limit",
        metavar="MIB",
        type=_POSITIVE,
        default=8.0,
        show_default=True,
        help="What may be printed in one case.",
    ),
    click.option(
        "--size-limit",
        metavar="KIB",
        type=_COUNT,
        default=256,
        show_default=True,
        help="How large a Python file may be.",
    ),
    click.option("--with-torch", is_flag=True, help="It may import torch, and so torch.nn.RNN: for torch modules."),
    click.option(
        "--visible",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        multiple=True,
        help="A folder that a command may read; repeatable.",
    ),
    click.option("--report", type=_FILE, help="A folder for the instructor: records and HTML report, with everything."),
    click.option("--junit", type=_FILE, help="A file for CI systems."),
    click.option("--json", "as_json", is_flag=True, help="Print one JSON document on stdout and nothing else."),
    click.option("--github", is_flag=True, help="Annotations of GitHub's, and the summary of its job."),
    click.option("--format", "form", type=click.Choice(["gradescope", "classroom"]), help="A platform's result file."),
    click.option(
        "--output", type=_FILE, help="Where that goes.  [default: where the platform looks; classroom: stdout]"
    ),
    click.option(
        "--points",
        metavar="POINTS",
        type=_POSITIVE,
        default=100.0,
        show_default=True,
        help="What a right one is worth there.",
    ),
)


def gate_options(command: Command) -> Command:
    """Add them all; the command is given Terms and Outputs."""

    @functools.wraps(command)
    def wrapped(*args: Any, **given: Any) -> Any:
        terms, outputs = _terms(given), _outputs(given)
        return command(*args, terms=terms, outputs=outputs, **given)

    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[return-value]  # functools.wraps keeps the signature


def seed_of(text: str) -> int:
    """The seed that was given, or one that nobody can have known."""
    if text == RANDOM:
        return secrets.randbelow(1 << 31)
    if not text.isdecimal():
        raise Failure(f"--seed is {text!r}, but should be a number or `{RANDOM}`", EXIT_USAGE)
    return int(text)


def _terms(given: dict[str, Any]) -> Terms:
    """Taken out of what was given."""
    limits = Limits(
        cpu_seconds=given.pop("case_cpu_limit"), memory=given.pop("memory_limit") << 20, files=given.pop("open_files")
    )
    allowed = Allowance(
        seconds=given.pop("case_time_limit"),
        total_seconds=given.pop("time_limit"),
        output=int(given.pop("output_limit") * (1 << 20)),
        group=GROUP,
        limits=limits,
    )
    level = given.pop("level")
    return Terms(
        level=Level(level) if level else None,
        advisory=given.pop("advisory"),
        allowed=allowed,
        largest=given.pop("size_limit") << 10,
        with_torch=given.pop("with_torch"),
        visible=given.pop("visible"),
    )


def _outputs(given: dict[str, Any]) -> Outputs:
    """Taken out of what was given."""
    if given["output"] is not None and given["form"] is None:
        raise Failure("--output says where a platform's result goes: choose one with --format", EXIT_USAGE)
    if given["as_json"] and (given["github"] or (given["form"] == "classroom" and given["output"] is None)):
        raise Failure("--json prints one document on stdout and nothing else: give the other one a file", EXIT_USAGE)
    names = ("report", "junit", "github", "form", "output", "points")
    return Outputs(**{name: given.pop(name) for name in names}, strict=given["strict"])
