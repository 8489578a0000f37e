"""Running the commands that import other people's code in a process of their own, so that its end is noticed.

An implementation that calls os._exit(0) would end a check with exit code 0. The parent here believes an exit code only
when the child says, as its last act, that the command came to its end.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import click

from conformance.summary import EXIT_HARNESS

_MARK = "RNN_CONFORMANCE_DONE_FD"
#: The folder that holds this package, wherever it was imported from.
_HOME = str(Path(__file__).resolve().parents[2])
_RUNS_OTHERS_CODE = frozenset({"check", "explain", "run", "new"})


def supervised(cli: click.Command, arguments: list[str] | None) -> int:
    """Run the command line; the commands that import other people's code in a child."""
    given = sys.argv[1:] if arguments is None else arguments
    if os.name != "posix" or _MARK in os.environ or not _RUNS_OTHERS_CODE.intersection(given[:1]):
        return run_here(cli, given)
    read, write = os.pipe()
    environment = os.environ | {_MARK: str(write)}
    # Without the current folder on the path, where a user's random.py would stand before Python's.
    start = f"import sys; sys.path.append({_HOME!r}); from conformance.cli import main; sys.exit(main())"
    command = [sys.executable, "-P", "-c", start, *given]
    # A group of its own, so that Ctrl-C reaches it once: through us, whoever sent it and to whom.
    # Nobody answers an implementation that asks: it reads the end of file and not the terminal.
    child = subprocess.Popen(command, env=environment, pass_fds=(write,), process_group=0, stdin=subprocess.DEVNULL)  # noqa: S603
    os.close(write)
    code = _wait(child)
    with os.fdopen(read) as pipe:
        finished = pipe.read() == "done"
    if finished:
        return code
    how = f"by signal {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
    click.echo(
        f"Not judged: the process that ran the implementation ended {how} before the run was over. "
        "Nothing of this run is a verdict.",
        err=True,
    )
    return EXIT_HARNESS


def _wait(child: subprocess.Popen[bytes]) -> int:
    """Wait for the child and hand on to it what would end us."""
    # What was ignored when we were started, as Ctrl-C is for jobs in the background, stays so for both of us.
    numbers = [n for n in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(n) is not signal.SIG_IGN]
    before = {number: signal.signal(number, lambda n, _: child.send_signal(n)) for number in numbers}
    try:
        return child.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run_here(cli: click.Command, given: list[str]) -> int:
    """Run in this process; tell a waiting parent that the end was reached."""
    mark = os.environ.pop(_MARK, None)
    code = _exit_code(cli, given)
    if mark is not None:
        os.write(int(mark), b"done")
        os.close(int(mark))
    return code


def _exit_code(cli: click.Command, given: list[str]) -> int:
    """Exit codes of ours and click's alike."""
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
    return result if isinstance(result, int) else 0
