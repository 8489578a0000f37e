"""Starting somebody's Python in a process of its own, which is kept from case to case."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from conformance.command.ending import ended, last_said
from conformance.command.fault import HOME, parted
from conformance.command.leash import Leash
from conformance.command.line import KeptLine
from conformance.command.memory import all_memory, ended_for_memory, memory_error, memory_ran_out
from conformance.command.program import StartError
from conformance.command.running import Running
from conformance.implementation import BrokenImplementation, Implementation, NoImplementationError
from conformance.loading import Code
from conformance.observation import Crashed, Lost, LostError, OutOfMemory
from conformance.remote import RemoteImplementation
from conformance.wire import HELLO, Channel, Frame, Kind, Limits, read_raised

#: Without the current folder on the path, where a user's random.py would stand before Python's.
_START = f"import sys; sys.path.append({str(HOME)!r}); from conformance.child.server import main; main()"
_CASE_SECONDS = 60.0
_GREETING = Limits(1 << 20)
#: What one of ours answers is judged whatever its size, as it would be without a process between.
_LONGEST_ANSWER = 1 << 30


@dataclass(frozen=True)
class Allowed:
    """What an implementation may take: seconds for a case and for its import, and bytes of memory.

    A case of one that says itself how long it may take has no other limit, where none is given here.
    """

    case_seconds: float | None = None
    start_seconds: float = 120.0
    memory: int = all_memory() * 3 // 4
    show_output: bool = False


def begin_python(code: Code, name: str, description: str, allowed: Allowed) -> Callable[[], Implementation]:
    """Have it imported; what is returned waits for that.

    One that cannot be imported is a BrokenImplementation; NoImplementationError where there is no RNN in it.
    """
    workshop = PythonWorkshop(code, name, allowed)
    line = PythonLine(workshop, allowed.case_seconds or _CASE_SECONDS)

    def finish() -> Implementation:
        try:
            workshop.open()
        except NotLoadedError as error:
            line.close()
            if isinstance(error.reason, NoImplementationError):
                raise error.reason from None
            return BrokenImplementation(name, error.reason, description=description, origin=code.origin)
        return RemoteImplementation(name, line, description=description, origin=code.origin)

    workshop.begin()
    return finish


class NotLoadedError(StartError):
    """It could not be imported, for a reason that is told as an error."""

    def __init__(self, reason: NoImplementationError | LostError) -> None:
        super().__init__(str(reason))
        self.reason = reason


class PythonProcess(Running):
    """Our own program with somebody's code in it; the protocol has descriptors of its own."""

    def __init__(self, hello: Frame, allowed: Allowed) -> None:
        self._memory = allowed.memory
        self._kills = memory_ran_out()
        leash = Leash(Path(os.devnull, "nothing"))
        questions, to = os.pipe()
        back, answers = os.pipe()
        output = 2 if allowed.show_output else subprocess.PIPE
        process = leash.start(
            # Unbuffered, so that what was printed is out when the process ends, whatever ends it.
            [sys.executable, "-P", "-u", "-c", _START, str(questions), str(answers)],
            Path.cwd(),
            pass_fds=(questions, answers),
            stdin=subprocess.DEVNULL,
            stdout=2 if allowed.show_output else subprocess.DEVNULL,
            stderr=output,
        )
        os.close(questions)
        os.close(answers)
        streams = (os.fdopen(to, "wb", 0), os.fdopen(back, "rb", 0), *([process.stderr] if process.stderr else []))
        aside = process.stderr.fileno() if process.stderr else None
        super().__init__(leash, process, streams, Channel(back, to, aside, most_aside=sys.maxsize))
        self._greeted = self.begin(hello, _GREETING, allowed.start_seconds)

    def greeted(self) -> None:
        """Wait for the import; NotLoadedError where that fails."""
        found = self._greeted()
        if isinstance(found, Lost):
            raise NotLoadedError(LostError(found))
        if found.kind is Kind.WELCOME:
            return
        self.end()
        if found.kind is Kind.REFUSED:
            raise NotLoadedError(NoImplementationError(str(found.entries.get("reason"))))
        raise NotLoadedError(LostError(read_raised(found)))

    def begin(self, question: Frame, limits: Limits, seconds: float) -> Callable[[], Frame | Lost]:
        """One question; running out of memory is told, however it came about."""
        answer = super().begin(question, limits, seconds)
        # Of a call that is to be refused it is of no interest with what.
        return answer if question.entries.get("asks") == "validation" else functools.partial(self._sated, answer)

    def _sated(self, answer: Callable[[], Frame | Lost]) -> Frame | Lost:
        """An answer, if it does not tell of a lack of memory; nobody knows what such a process still holds."""
        found = answer()
        error = memory_error(found) if isinstance(found, Frame) else ""
        if not error:
            return found
        self.end()
        return OutOfMemory(f"{self._wanted} ({error})")

    @property
    def _wanted(self) -> str:
        return f"it wanted more memory than the {self._memory >> 20:,} MiB that it may have"

    def _ended(self, code: int, when: str) -> Lost:
        """Its process is gone: where memory ran out, for that."""
        own, place = parted(self._channel.last_words)
        how = f"its process ended {ended(code)}{place} {when}{last_said(own)}"
        if ended_for_memory(code, self._channel.last_words, kills=self._kills):
            return OutOfMemory(f"{self._wanted}, or than there was: {how}")
        return Crashed(how)


class PythonWorkshop:
    """Runs one process at a time."""

    def __init__(self, code: Code, name: str, allowed: Allowed) -> None:
        told = {"path": code.path, "module": code.module, "attribute": code.attribute, "origin": code.origin}
        self._hello = Frame(Kind.HELLO, 0, {**HELLO.entries, **told, "name": name, "memory": allowed.memory})
        self._allowed = allowed
        self._process: PythonProcess | None = None
        self._greeted = False

    def begin(self) -> None:
        """Start a process where there is none, for `open` to wait for."""
        if self._process is None:
            self._process, self._greeted = PythonProcess(self._hello, self._allowed), False

    def open(self) -> PythonProcess:
        """The process that runs, with everything imported; NotLoadedError where that fails."""
        self.begin()
        process = self._process
        if process is None:
            raise StartError("its process is gone")
        if not self._greeted:
            self._process = None
            process.greeted()
            self._process, self._greeted = process, True
        return process

    def forget(self) -> None:
        """Start another process the next time."""
        self._process = None

    def close(self) -> None:
        """End what runs."""
        process, self._process = self._process, None
        if process is not None:
            process.end()


class PythonLine(KeptLine):
    """A line to one of ours: its answers may be as long as they like, within reason."""

    def begin(self, question: Frame, limits: Limits) -> Callable[[], Frame | Lost]:
        """As any line."""
        return super().begin(question, Limits(max(limits.length, _LONGEST_ANSWER), limits.entries))
