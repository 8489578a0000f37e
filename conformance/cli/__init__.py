"""The command line: `rnn-conformance check|explain|run|new|init|report|cases|faults|power`."""

from __future__ import annotations

import importlib
import importlib.metadata
import os
from typing import Any

import click

from conformance.cli.supervise import supervised

#: Where each command lives; none is imported before it is called, since some bring NumPy and torch.
_NAMES = ("check", "explain", "run", "gate", "new", "init", "report", "cases", "faults", "power")
_COMMANDS = {name: f"conformance.cli.{name}" for name in _NAMES}


class _LazyGroup(click.Group):
    """A group that imports a command when it is called or helped."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        """In the order in which a reader meets them."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return a command."""
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(_COMMANDS[cmd_name]), cmd_name)
        return command


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="rnn-conformance", prog_name="rnn-conformance")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Settle whether a hand-written recurrent network really is torch.nn.RNN.

    Exit codes: 0 right in all it offers, 1 not, 2 usage (a missing file, no RNN in it, a mistake in a case file),
    3 the harness failed or the run is incomplete, 5 nothing selected.
    """
    if os.environ.get("NO_COLOR"):
        ctx.color = False
    elif os.environ.get("FORCE_COLOR"):
        ctx.color = True


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line; one BLAS thread unless the user says otherwise, set before NumPy is imported."""
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    return supervised(cli, arguments)
