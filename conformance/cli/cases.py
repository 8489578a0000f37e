"""`cases lint|list|show|schema`: what is run, and whether it is fit to tell right from wrong."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import click

from conformance import arguments, discovery
from conformance.case import CONSTRUCTOR_DEFAULTS, SIZES, Case
from conformance.cli.options import Failure, make_plan, selection, sentences
from conformance.summary import EXIT_USAGE, EXIT_WRONG
from conformance.sweep import mistake, setting
from conformance.sweep.case_file import ASKS

_HIDDEN = "  (hidden from authors)"


@click.group()
def cases() -> None:
    """Look at the cases: list them, show one, examine them, print the schema of their files."""


@cases.command(name="list")
@selection
@click.option("--ids", is_flag=True, help="One id a line instead of counts by file.")
@click.option("--json", "as_json", is_flag=True, help="Every case with its settings, as JSON.")
@sentences
def list_(*, ids: bool, as_json: bool, **chosen: Any) -> None:
    """Count the cases of each file, or list their ids."""
    plan = make_plan(**chosen)
    if as_json:
        found = [
            {"id": c.id, "asks": c.asks, "file": c.file, "line": c.line, "visible": c.visible, **c.settings()}
            for c in plan.cases
        ]
        click.echo(json.dumps(found, indent=1))
    elif ids:
        click.echo("\n".join(case.id for case in plan.cases))
    else:
        for (file, visible), count in Counter((case.file, case.visible) for case in plan.cases).items():
            click.echo(f"{count:6,}  {file}{'' if visible else _HIDDEN}")
        click.echo(f"{len(plan.cases):6,}  cases of suite {plan.suite.version} ({plan.suite.digest[:12]})")


@cases.command()
@click.argument("case_id", metavar="ID")
@click.option("--cases", type=click.Path(path_type=Path), help="Another folder of case files.")
@click.option("--seed", type=int, default=0, show_default=True, help="The seed of the run to reproduce.")
@click.option("--dtype", type=click.Choice(["float64", "float32"]), help="Instead of the case's own.")
@click.option("--script", type=click.Path(path_type=Path), help="Write a script that reproduces the case without us.")
@click.option("--impl", metavar="FILE.py[:NAME]", help="The implementation that the script runs beside torch.")
@click.option("--frames", type=click.Path(path_type=Path), help="Write what a command is sent: ./my_rnn < FRAMES.")
@sentences
def show(
    *,
    case_id: str,
    cases: Path | None,
    seed: int,
    dtype: str | None,
    script: Path | None,
    impl: str | None,
    frames: Path | None,
) -> None:
    """Show one case: its configuration, shapes and YAML line; with --script, reproduce it without this harness."""
    plan = make_plan(cases=cases, where=None, case=None, dtype=dtype or "auto", seed=seed)
    case = next((c for c in plan.cases if c.id == case_id), None)
    if case is None:
        near = mistake.suggestion(case_id, [c.id for c in plan.cases])
        raise Failure(f"there is no case {case_id}{near}; `rnn-conformance cases list --ids` lists them", EXIT_USAGE)
    click.echo("\n".join(_description(case)))
    if (script is not None or frames is not None) and case.asks == "training":
        raise Failure(
            f"{case.id} makes {case.steps:,} calls, each from what was learned before it, so there is no script of it; "
            "leave the option out, or choose a gradients case: those ask the same of single calls",
            EXIT_USAGE,
        )
    if frames is not None:
        from conformance.script import write_frames  # noqa: PLC0415 -- as below

        write_frames(frames, case, seed=seed)
        click.echo(f"\nWritten: {frames}. Run a command with: ./my_rnn < {frames}")
    if impl is not None:
        discovery.parse(impl)  # a file that is not there is said now, not by the script
    if script is not None:
        if impl is None:
            raise Failure("--script needs --impl FILE.py[:NAME]: the implementation to run beside torch", EXIT_USAGE)
        # Needs torch, which showing a case does not.
        from conformance.script import write  # noqa: PLC0415

        write(script, case, seed=seed, implementation=impl)
        click.echo(f"\nWritten: {script}. Run it with: python {script}")


@cases.command()
@selection
@sentences
def lint(**chosen: Any) -> int:
    """Examine the case files: every mistake in them, and whether their numbers can tell right from wrong."""
    # Draws every case and runs the reference on it: NumPy at work, not needed by the other commands.
    from conformance.lint.findings import findings  # noqa: PLC0415

    plan = make_plan(**chosen)
    found = findings(plan)
    for finding in found:
        click.echo(finding)
    click.echo(f"{len(plan.cases):,} cases examined, {len(found):,} findings")
    return EXIT_WRONG if found else 0


@cases.command()
@click.argument("kind", type=click.Choice(list(ASKS)))
def schema(kind: str) -> None:
    """Print the JSON Schema of a kind of case file, for editors."""
    from conformance.sweep.case_schema import text  # noqa: PLC0415 -- only this command needs it

    click.echo(text(kind), nl=False)  # type: ignore[arg-type]  # click.Choice admits these alone


def _description(case: Case) -> list[str]:
    """A case in words."""
    positional, keywords = case.constructor()
    call = ", ".join([*(repr(v) for v in positional), *(f"{k}={v!r}" for k, v in keywords.items())])
    shapes = {"input": case.input_shape or arguments.input_shape(case)}
    if case.h_0 == "given":
        shapes["h_0"] = case.h_0_shape or arguments.state_shape(case)
    shapes |= arguments.parameter_shapes(case)
    if case.asks != "validation":
        shapes |= {"output": arguments.output_shape(case), "h_n": arguments.state_shape(case)}
    own = {k: v for k, v in case.settings().items() if k not in (*SIZES, *CONSTRUCTOR_DEFAULTS)}
    if case.asks == "training":
        own = {name: own[name] for name in own if name in setting.allowed("training")}
    learns = f"{case.task}, {case.steps} steps of {case.optimizer} at {case.learning_rate}"
    return [
        case.id,
        f"  written in  {case.file}:{case.line}{'' if case.visible else _HIDDEN}",
        f"  asks        {case.asks}, in {case.dtype}",
        f"  constructs  RNN({call})",
        f"  calls       rnn(input{', h_0' if case.h_0 == 'given' else ''})",
        *([f"  learns      {learns}"] if case.asks == "training" else []),
        "  settings    " + ", ".join(f"{name}={value}" for name, value in own.items()),
        "  shapes",
        *(f"    {name:<24} {shape}" for name, shape in shapes.items()),
    ]
