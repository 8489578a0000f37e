"""Building a command, confined: its steps may start programs of the system and write into one folder, and no more."""

from __future__ import annotations

import contextlib
import os
import select
import shlex
import shutil
import stat
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from conformance.command.ending import ended
from conformance.command.program import StartError
from conformance.confinement.attempt import Attempt
from conformance.confinement.held import held
from conformance.confinement.layer import NotJudgedError
from conformance.confinement.level import Level
from conformance.confinement.limits import Limits as Caps
from conformance.confinement.visible import Visible
from conformance.plain_text import clean
from conformance.submission.command_folder import LARGEST, measured
from conformance.submission.file import SubmissionError
from conformance.submission.keeper import Begin, Ended, Keeper, KeeperLostError

#: Where compilers and what they need lie. /etc/alternatives says which compiler is meant by cc.
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc/alternatives")
#: For one process of a step: a compiler takes more than a network does.
LIMITS = Caps(cpu_seconds=60, memory=4 << 30, files=256, file_size=LARGEST, processes=256)
#: How much a step may write to its output, and how often to look at what it has built.
_OUTPUT, _LOOKING = 8 << 20, 0.25
_SHOWN_LINES = 20
#: Seconds that a step may take, and that its keeper may take to end it.
_SECONDS, _LEAVING = 120.0, 30.0


@dataclass(frozen=True)
class Building:
    """The steps of a build, the folder that they are run in, and the one into which they write.

    `reads` are folders besides the system's that a step may read, and start programs from.
    """

    steps: Sequence[Sequence[str]]
    folder: Path
    scratch: Path
    reads: tuple[Path, ...] = ()

    def run(self, level: Level | None, *, advisory: bool = False, largest: int = LARGEST) -> tuple[Attempt, ...]:
        """Run every step at a level; raises StartError for one that fails, and NotJudgedError.

        What it leaves in the folder is its own, but for modes: no layer keeps changes of those to one folder, so that
        they are not made. What was attempted from inside is returned.
        """
        places = tuple(path for path in (*map(Path, _SYSTEM), *self.reads) if path.exists())
        seen = replace(
            Visible.here("child", packages=()), executable=places, programs=(self.folder,), writable=self.scratch
        )
        with held(level, LIMITS, seen, advisory=advisory) as confinement:
            keeper = Keeper(confinement.confinement, LIMITS.cpu_seconds)
            try:
                for step in self.steps:
                    self._step(keeper, step, largest)
            finally:
                keeper.close()
            evidence = confinement.evidence
        _checked(self.scratch, largest)
        return evidence

    def _step(self, keeper: Keeper, step: Sequence[str], largest: int) -> None:
        words, shown = [word.replace("$BUILD", str(self.scratch)) for word in step], shlex.join(step)
        environment = self._environment()
        file = shutil.which(self.folder / words[0] if "/" in words[0] else words[0], path=environment["PATH"])
        if file is None:
            raise StartError(f"its build step cannot be run ({shown}): No such file or directory")
        reading, writing = os.pipe()
        nothing = os.open(os.devnull, os.O_RDONLY)
        try:
            begin = Begin(words, str(file), str(self.folder), environment)
            why = keeper.begin(begin, (nothing, writing, writing), _SECONDS)
        except BaseException:
            os.close(reading)
            raise
        finally:
            os.close(nothing)
            os.close(writing)
        with open(reading, "rb", buffering=0) as output:  # noqa: PTH123 -- a descriptor, not a path
            if why:
                raise StartError(f"its build step cannot be run ({shown}): {why}")
            said, how = self._watched(keeper, output.fileno(), largest)
        if how.stopped or how.code != 0:
            late = f"took more than {_SECONDS:g} s" if how.stopped else f"ended {ended(how.code)}"
            lines = [clean(line) for line in said.decode("utf-8", "replace").splitlines()[:_SHOWN_LINES]]
            why = f"its build step {late}, but should end with exit code 0 ({shown}). It wrote:"
            raise StartError("\n".join([why, "", *(lines or ["nothing"])]))

    def _watched(self, keeper: Keeper, output: int, largest: int) -> tuple[bytes, Ended]:
        """What a step wrote, and how it ended; it is stopped where it writes too much."""
        said, deadline = bytearray(), time.monotonic() + _SECONDS + _LEAVING
        try:
            while time.monotonic() < deadline:
                if keeper.lost:
                    raise KeeperLostError  # noqa: TRY301 -- what it began may hold the other end
                if not select.select([output], [], [], _LOOKING)[0]:
                    measured(self.scratch, largest)
                    continue
                chunk = os.read(output, 1 << 16)
                said += chunk
                if not chunk:
                    break
                _short_enough(said)
            return bytes(said), keeper.ended(_LEAVING)
        except SubmissionError as error:
            keeper.allow(0.0)
            with contextlib.suppress(TimeoutError):
                keeper.ended(_LEAVING)
            raise StartError(f"its build step was stopped: {error}") from None
        except (KeeperLostError, TimeoutError):
            raise NotJudgedError("not judged: the process that a build step is confined in was ended") from None

    def _environment(self) -> Mapping[str, str]:
        """All that a step finds in its environment."""
        places = [os.path.realpath(path) for path in (*map(Path, _SYSTEM), *self.reads)]
        real = {folder: Path(os.path.realpath(folder)) for folder in os.get_exec_path()}
        seen = [name for name, folder in real.items() if any(folder.is_relative_to(place) for place in places)]
        scratch = str(self.scratch)
        return {"PATH": os.pathsep.join(seen), "HOME": scratch, "TMPDIR": scratch, "LC_ALL": "C.UTF-8"}


def _short_enough(said: bytes | bytearray) -> None:
    if len(said) > _OUTPUT:
        raise SubmissionError(f"it wrote more than {_OUTPUT >> 20} MiB of output")


def _checked(scratch: Path, largest: int) -> None:
    """Nothing but files, not too much of them, each of which may be run as far as its owner may read it."""
    try:
        measured(scratch, largest)
    except SubmissionError as error:
        raise StartError(f"what its build has made cannot be used: {error}") from None
    for place, _, files in os.walk(scratch):
        for name in files:
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
            with contextlib.suppress(OSError):  # a link
                descriptor = os.open(Path(place, name), flags)
                try:
                    found = os.fstat(descriptor)
                    if stat.S_ISREG(found.st_mode) and found.st_nlink == 1:
                        os.fchmod(descriptor, 0o700)
                finally:
                    os.close(descriptor)
