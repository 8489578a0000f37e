"""Running the command line; a command that imports other people's code, in a copy of this process.

`new` imports a file to find out how its RNN is built: one that calls os._exit(0) would end it as if all were done. The
parent here believes an exit code only when its copy says, as its last act, that the command came to its end.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback

import click

from conformance.summary import EXIT_HARNESS

_IMPORTS_OTHERS_CODE = frozenset({"new"})


def supervised(cli: click.Command, arguments: list[str] | None) -> int:
    """Run the command line; a command that imports other people's code in a copy of this process."""
    given = sys.argv[1:] if arguments is None else arguments
    if not hasattr(os, "fork") or not _IMPORTS_OTHERS_CODE.intersection(given[:1]):
        return run_here(cli, given)
    read, write = os.pipe()
    sys.stdout.flush()
    copy = os.fork()
    if copy == 0:
        os.close(read)
        code = _alone(cli, given)
        os.write(write, b"done")
        os._exit(code)
    os.close(write)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the copy, too, which says what became of it
    try:
        code = os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1])
        os.set_blocking(read, False)  # what the copy has started may hold the other end
        finished = _said(read) == b"done"
    finally:
        signal.signal(signal.SIGINT, before)
        os.close(read)
    if finished:
        return code
    how = f"by signal {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
    click.echo(f"Nothing was written for sure: the file that was imported ended the process {how}.", err=True)
    return EXIT_HARNESS


def _said(read: int) -> bytes:
    """What the copy has said by its end."""
    try:
        return os.read(read, 4)
    except BlockingIOError:
        return b""


def _alone(cli: click.Command, given: list[str]) -> int:
    """Run in the copy; nobody answers a file that asks: it reads the end of a file and not the terminal."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    try:
        return run_here(cli, given)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def run_here(cli: click.Command, given: list[str]) -> int:
    """Run in this process; exit codes of ours and click's alike."""
    try:
        result = cli.main(args=given, prog_name="rnn-conformance", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        click.echo("Interrupted.", err=True)
        return EXIT_HARNESS
    except click.exceptions.Exit as error:
        return error.exit_code
    except Exception:  # noqa: BLE001 -- Python itself would end with 1, which says that an implementation is wrong
        traceback.print_exc()
        click.echo("The harness itself failed: nothing of this is a verdict. Please report the above.", err=True)
        return EXIT_HARNESS
    return result if isinstance(result, int) else 0
