"""Starting a command as an implementation: built, greeted, and started again after a crash or a hang."""

from __future__ import annotations

import os
import weakref
from pathlib import Path

from conformance.command.program import StartError
from conformance.command.workshop import Workshop
from conformance.implementation import NotConnectedError
from conformance.observation import Crashed, Lost, TimedOut
from conformance.registration import CommandFile
from conformance.remote import Line, RemoteImplementation
from conformance.wire import Frame, Limits

#: After so many questions in a row without an answer in time none is asked any more.
PATIENCE = 3
NOTES = ("it runs in a process of its own, so whether it changes its arguments or reuses its answers was not checked",)


def start(
    spec: CommandFile, folder: Path, name: str, *, description: str = "", origin: str = ""
) -> RemoteImplementation:
    """Build a command in its folder, start it and greet it.

    Raises NotConnectedError where that fails, with the sentence that says why.
    """
    if os.name != "posix":
        raise NotConnectedError("a command can be run on Linux and macOS alone: the harness waits for it with poll")
    line = CommandLine(spec, folder)
    line.start()
    return RemoteImplementation(name, line, description=description, origin=origin, notes=NOTES)


class CommandLine(Line):
    """A line to a process that is kept from case to case."""

    def __init__(self, spec: CommandFile, folder: Path) -> None:
        self._seconds = spec.time_limit
        self._workshop = Workshop(spec, folder)
        self._late = 0
        # At the end of the interpreter at the latest, also after an exception.
        self._close = weakref.finalize(self, self._workshop.close)

    def start(self) -> None:
        """Build and start it; NotConnectedError where that fails."""
        try:
            self._workshop.open()
        except StartError as error:
            self.close()
            raise NotConnectedError(str(error)) from None

    def ask(self, question: Frame, limits: Limits) -> Frame | Lost:
        """One question, to a fresh process where the latest one is gone."""
        if self._late >= PATIENCE:
            late = f"{PATIENCE} questions in a row before it had no answer within {self._seconds:g} s"
            return TimedOut(f"it was not asked, since {late}")
        try:
            answer = self._workshop.open().ask(question, limits, self._seconds)
        except StartError as error:
            self._late += 1
            return Crashed(f"it could not be started again: {error}")
        self._late = self._late + 1 if isinstance(answer, TimedOut) else 0
        if isinstance(answer, Lost):
            self._workshop.forget()
        return answer

    def close(self) -> None:
        """End what runs; nothing can be asked after it."""
        self._close()
