"""A leash: a process group that ends when we do, however that comes about, and a folder that goes with it."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

#: Its standard input ends when ours do: then it removes the folder and ends its whole group, itself too.
_SCRIPT = 'read -r _; rm -rf -- "$1"; kill -KILL 0'


class Leash:
    """Starts programs in one process group, which a small shell leads that notices our end, be it by SIGKILL."""

    def __init__(self, folder: Path) -> None:
        self._shell = subprocess.Popen(  # noqa: S603 -- a fixed script; the folder is an argument of it
            ["/bin/sh", "-c", _SCRIPT, "sh", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            process_group=0,
        )

    def start(self, command: Sequence[str], folder: Path, **streams: Any) -> subprocess.Popen[bytes]:
        """Start a program in the group, in a folder; OSError where there is none."""
        return subprocess.Popen(  # noqa: S603 -- running it is what was asked for
            list(command), cwd=folder, process_group=self._shell.pid, **streams
        )

    def end(self) -> None:
        """End the whole group."""
        # Until it is waited for, its number is nobody else's.
        if self._shell.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._shell.pid, signal.SIGKILL)
            self._shell.wait()
        if self._shell.stdin is not None:
            self._shell.stdin.close()


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """An empty folder that is removed when we are gone, however that comes about."""
    folder = Path(tempfile.gettempdir()).resolve() / f"rnn-conformance-{secrets.token_hex(8)}"
    leash = Leash(folder)  # before there is one
    try:
        folder.mkdir(mode=0o700)
        yield folder
    finally:
        # Python's own way takes a step into itself for every folder in a folder.
        subprocess.run(["rm", "-rf", "--", str(folder)], check=False, stderr=subprocess.DEVNULL)  # noqa: S603, S607
        leash.end()
