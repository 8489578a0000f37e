"""A workshop: the folder in which a command is built, and the program that runs; both are gone when we are."""

from __future__ import annotations

import secrets
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from conformance.command.ending import ended
from conformance.command.leash import Leash
from conformance.command.program import Program, StartError
from conformance.registration import CommandFile

#: Seconds that a build step may take.
_BUILDING = 600
_SHOWN_LINES = 20
#: What stands for the folder in which a command is built.
_BUILD = "$BUILD"


class Workshop:
    """Builds a command once, and runs one process of it at a time."""

    def __init__(self, spec: CommandFile, folder: Path) -> None:
        self._spec = spec
        self._folder = folder
        # Not there yet, so that it can be on the leash before it is.
        self._scratch = Path(tempfile.gettempdir()) / f"rnn-conformance-{secrets.token_hex(8)}"
        self._keeper: Leash | None = None
        self._program: Program | None = None

    def open(self) -> Program:
        """The program that runs, built and started where there is none; StartError where that fails."""
        if self._keeper is None:
            self._keeper = Leash(self._scratch)
            self._scratch.mkdir(mode=0o700)
            for step in self._spec.steps:
                self._run(self._keeper, self._words(step), shlex.join(step))
        if self._program is None:
            words = self._words(self._spec.words)
            self._program = Program(words, self._folder, self._scratch, self._spec.start_limit)
        return self._program

    def forget(self) -> None:
        """Start another process the next time: this one is gone."""
        self._program = None

    def close(self) -> None:
        """End what runs and remove what was built."""
        if self._program is not None:
            self._program.end()
        if self._keeper is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)
            self._keeper.end()
        self._program = self._keeper = None

    def _run(self, leash: Leash, words: Sequence[str], shown: str) -> None:
        """One build step."""
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        try:
            with leash.start(words, self._folder, **streams) as process:
                try:
                    output, _ = process.communicate(timeout=_BUILDING)
                except BaseException:
                    leash.end()
                    raise
        except OSError as error:
            raise StartError(f"its build step cannot be run ({shown}): {error.strerror}") from None
        except subprocess.TimeoutExpired:
            raise StartError(f"its build step took more than {_BUILDING} s ({shown})") from None
        if process.returncode != 0:
            lines = output.decode("utf-8", "replace").splitlines()[:_SHOWN_LINES]
            how = f"its build step ended {ended(process.returncode)}, but should end with exit code 0"
            raise StartError("\n".join([f"{how} ({shown}). It wrote:", "", *(lines or ["nothing"])]))

    def _words(self, words: Sequence[str]) -> list[str]:
        """A command with the folder put in; no shell reads it."""
        return [word.replace(_BUILD, str(self._scratch)) for word in words]
