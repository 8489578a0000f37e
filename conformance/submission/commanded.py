"""A command as an implementation that runs confined, for as long as a block lasts; nothing runs after it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from conformance.command.leash import scratch
from conformance.command.program import StartError
from conformance.confinement.attempt import Attempt
from conformance.confinement.executable import Executable, NoExecutableError
from conformance.confinement.held import Held, held
from conformance.confinement.layer import NotJudgedError
from conformance.confinement.level import Level
from conformance.confinement.limits import Limits as Caps
from conformance.confinement.system_calls import DESCRIPTOR
from conformance.confinement.visible import HOME, Visible
from conformance.implementation import NotConnectedError
from conformance.remote import Line, RemoteImplementation
from conformance.submission.allowance import Allowance
from conformance.submission.building import Building
from conformance.submission.command_folder import LARGEST, CommandFolder
from conformance.submission.commanded_line import CommandedLine
from conformance.submission.file import SubmissionError

NOTES = ("it runs in a process of its own, so whether it changes its arguments or reuses its answers was not checked",)
#: For the whole life of a process: what a case may take its keeper watches.
_LIFETIME = 10**7
#: Who could load one of these could have the answers calculated.
_FORBIDDEN = ("libtorch", "libonnxruntime", "libtensorflow", "libmlx", "libopenvino", "libMIOpen", "libcudnn")


class CommandedImplementation(RemoteImplementation):
    """A command that runs confined; `file` is what was read of it, `held` what it is confined in.

    `built` is what was attempted from inside its build's confinement; nothing where there was no build.
    """

    def __init__(
        self, name: str, line: Line, file: CommandFolder, held: Held, built: tuple[Attempt, ...], **about: Any
    ) -> None:
        super().__init__(name, line, **about)
        self.file = file
        self.held = held
        self.built = built


@dataclass(frozen=True)
class _Place:
    """Where a command is run: what was read of it, and the folder into which it was built."""

    file: CommandFolder
    scratch: Path
    reads: tuple[Path, ...]

    def executable(self) -> Executable:
        """The program of its command; raises NotConnectedError where there is none."""
        words = [word.replace("$BUILD", str(self.scratch)) for word in self.file.spec.words]
        try:
            found = Executable.found(words, self.file.folder, (self.file.folder, self.scratch, *self.reads))
        except NoExecutableError as error:
            raise NotConnectedError(str(error)) from None
        if known := [path.name for path in found.libraries if path.name.startswith(_FORBIDDEN)]:
            raise NotConnectedError(f"it loads {known[0]}, which knows the answers, but should calculate by itself")
        return found

    def visible(self, found: Executable) -> Visible:
        """What is to be seen inside: the command's folder and its build, and what its program cannot do without."""
        folders = (self.file.folder, self.scratch, *self.reads)
        files = tuple(file for file in found.files if not any(file.is_relative_to(folder) for folder in folders))
        return replace(Visible.here("child", packages=()), executable=found.executed, programs=(*folders, *files))


@contextlib.contextmanager
def commanded(
    file: CommandFolder, *, level: Level | None = None, advisory: bool = False, allowed: Allowance | None = None,
    largest: int = LARGEST, reads: tuple[Path, ...] = (),
) -> Iterator[CommandedImplementation]:  # fmt: skip
    """A command that was read as an implementation that runs confined, one process from case to case.

    A case may take less time than is allowed, where its file says so. What it builds may be `largest` bytes; that, its
    folder and `reads` are all that it sees besides its program and the libraries of that. Its build steps run confined.

    Raises NotConnectedError where it cannot be built, started or greeted, and NotJudgedError (later on
    NotObservedError) where it cannot be judged safely; level C is for `advisory` runs. Use it from a thread that stays:
    the kernel ends what is confined with the thread that started it.
    """
    allowed = allowed or Allowance()
    allowed = replace(allowed, seconds=min(allowed.seconds, file.spec.time_limit))
    _possible(file, allowed.limits)
    with scratch() as folder:
        place = _Place(file, folder, tuple(path.resolve() for path in reads))
        built = _build(place, level, largest, advisory=advisory)
        found = place.executable()
        caps = replace(allowed.limits, cpu_seconds=_LIFETIME)
        with held(level, caps, place.visible(found), advisory=advisory) as confinement:
            line = CommandedLine(confinement, found, file, allowed)
            try:
                line.start()
                name = file.name.removesuffix(".yaml")
                about = {"description": file.spec.description, "origin": file.name, "notes": NOTES}
                yield CommandedImplementation(name, line, file, confinement, built, **about)
            finally:
                line.close()


def _possible(file: CommandFolder, caps: Caps) -> None:
    """Raises NotConnectedError where what it needs is not there, NotJudgedError where the limits cannot be."""
    if file.spec.missing:
        # Its author has written that down: it must not be a way to go without a verdict.
        names = ", ".join(one.module for one in file.spec.missing)
        raise NotConnectedError(f"{file.name} asks for programs that are not here: {names}")
    if HOME.is_relative_to(file.folder):
        raise NotJudgedError(
            f"not judged: {file.name} lies where the harness lies, but should be in a folder of its own"
        )
    if caps.files > DESCRIPTOR:
        raise NotJudgedError(
            f"not judged: {caps.files} open files are allowed, but should be at most {DESCRIPTOR} for a command"
        )


def _build(place: _Place, level: Level | None, largest: int, *, advisory: bool) -> tuple[Attempt, ...]:
    """Run the build steps, confined; raises NotConnectedError where one fails, and NotJudgedError."""
    steps = place.file.spec.steps
    if not steps:
        return ()
    building = Building(steps, place.file.folder, place.scratch, reads=place.reads)
    try:
        return building.run(level, advisory=advisory, largest=largest)
    except (StartError, SubmissionError) as error:
        raise NotConnectedError(str(error)) from None
