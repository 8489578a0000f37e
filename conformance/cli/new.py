"""`new`: a file to begin with."""

from __future__ import annotations

from pathlib import Path

import click


class _UsageFailure(click.ClickException):
    """A sentence for the user, and the exit code of a wrong usage."""

    exit_code = 2


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.py")
@click.option("--from", "theirs", metavar="THEIRS.py[:NAME]", help="Write an adapter for the RNN in this file.")
@click.option("--force", is_flag=True, help="Overwrite FILE.py.")
def new(*, file: Path, theirs: str | None, force: bool) -> None:
    """Write a small RNN by the contract, to make yours of; or an adapter for one that follows another convention.

    THEIRS.py is imported, and its RNN is tried on a small network to find out how it is built, filled and called.
    """
    # NumPy and the search are not needed to answer --help.
    from conformance.scaffold.mistake import ScaffoldError  # noqa: PLC0415
    from conformance.scaffold.new_file import write_adapter, write_skeleton  # noqa: PLC0415

    try:
        lines = write_adapter(file, theirs, force=force) if theirs else write_skeleton(file, force=force)
    except ScaffoldError as error:
        raise _UsageFailure(str(error)) from None
    click.echo("\n".join(lines))
