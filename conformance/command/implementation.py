"""Starting a command as an implementation: built, greeted, and started again after a crash or a hang."""

from __future__ import annotations

import os
from pathlib import Path

from conformance.command.line import KeptLine
from conformance.command.program import StartError
from conformance.command.workshop import Workshop
from conformance.implementation import NotConnectedError
from conformance.registration import CommandFile
from conformance.remote import RemoteImplementation

NOTES = ("it runs in a process of its own, so whether it changes its arguments or reuses its answers was not checked",)


def start(
    spec: CommandFile, folder: Path, name: str, *, description: str = "", origin: str = ""
) -> RemoteImplementation:
    """Build a command in its folder, start it and greet it.

    Raises NotConnectedError where that fails, with the sentence that says why.
    """
    if os.name != "posix":
        raise NotConnectedError("a command can be run on Linux and macOS alone: the harness waits for it with poll")
    workshop = Workshop(spec, folder)
    line = KeptLine(workshop, spec.time_limit)
    try:
        workshop.open()
    except StartError as error:
        line.close()
        raise NotConnectedError(str(error)) from None
    return RemoteImplementation(name, line, description=description, origin=origin, notes=NOTES)
