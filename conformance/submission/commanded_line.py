"""A line to a command under a keeper, kept from case to case, and to another one where the latest is gone."""

from __future__ import annotations

from collections.abc import Callable

from conformance.command.line import CRASHES, PATIENCE
from conformance.command.program import StartError
from conformance.confinement.executable import Executable
from conformance.confinement.held import Held
from conformance.confinement.layer import NotJudgedError
from conformance.confinement.start import ENVIRONMENT
from conformance.implementation import NotConnectedError
from conformance.observation import Crashed, Lost, NotObservedError, TimedOut
from conformance.remote import Line
from conformance.submission.allowance import Allowance, Clock
from conformance.submission.command_folder import CommandFolder
from conformance.submission.keeper import Begin, Keeper
from conformance.submission.kept_program import KeptProgram
from conformance.wire import Frame, Limits

#: All that it finds in its environment. OpenSSL, which Node.js brings, takes a file that may not be read for an error.
_ENVIRONMENT = {**ENVIRONMENT, "LC_ALL": "C.UTF-8", "OPENSSL_CONF": "/dev/null"}


class CommandedLine(Line):
    """A line to a program under a keeper, and to another one where the latest is gone."""

    def __init__(self, confinement: Held, found: Executable, file: CommandFolder, allowed: Allowance) -> None:
        self._held, self._allowed = confinement, allowed
        self._begin = Begin(found.words, str(found.file), str(file.folder), _ENVIRONMENT)
        self._starting = min(file.spec.start_limit, 3 * allowed.seconds)
        self._keeper: Keeper | None = None
        self._program: KeptProgram | None = None
        self._late = self._crashed = 0
        self._clock = Clock(allowed.total_seconds)

    def start(self) -> None:
        """Have it greet; raises NotConnectedError where it does not, and NotJudgedError."""
        try:
            with self._clock.waiting():
                self._open()
        except StartError as error:
            raise NotConnectedError(str(error)) from None

    def ask(self, question: Frame, limits: Limits) -> Frame | Lost:
        """One case; raises NotObservedError where what is around the command failed, and not the command."""
        return self.begin(question, limits)()

    def begin(self, question: Frame, limits: Limits) -> Callable[[], Frame | Lost]:
        """The same in two halves: it works meanwhile."""
        if lost := self._unasked():
            return lambda: lost
        seconds = self._clock.most(self._allowed.seconds)
        try:
            with self._clock.waiting():
                answer = self._open().begin(question, limits, seconds)
        except NotJudgedError as error:
            raise NotObservedError(str(error)) from None
        except StartError as error:
            self._crashed += 1
            crashed = Crashed(f"it could not be started again: {error}")
            return lambda: crashed
        return lambda: self._finish(answer)

    def part(self) -> None:
        """Another process answers the next question."""
        program, self._program = self._program, None
        if program is not None:
            program.end()

    def close(self) -> None:
        """End what runs; it would be started anew by a question."""
        keeper, self._keeper, self._program = self._keeper, None, None
        if keeper is not None:
            keeper.close()

    def _unasked(self) -> Lost | None:
        """Why nothing is asked any more."""
        if self._late >= PATIENCE:
            late = f"{PATIENCE} cases in a row before it had no answer within {self._allowed.seconds:g} s"
            return TimedOut(f"it was not asked, since {late}", unasked=True)
        if self._crashed >= CRASHES:
            return Crashed(
                f"it was not asked, since its process ended in each of the {CRASHES} cases before it", unasked=True
            )
        if self._clock.left <= 0:
            used_up = f"the {self._allowed.total_seconds:g} s that all cases together may take were used up before it"
            return TimedOut(f"it was not asked: {used_up}", unasked=True)
        return None

    def _open(self) -> KeptProgram:
        """The program that runs, started where there is none."""
        if self._keeper is not None and self._keeper.lost:
            self.close()
        if self._keeper is None:
            self._keeper = Keeper(self._held.confinement, self._allowed.limits.cpu_seconds)
        if self._program is None:
            self._program = KeptProgram(self._keeper, self._begin, self._allowed, self._starting)
        return self._program

    def _finish(self, answer: Callable[[], Frame | Lost]) -> Frame | Lost:
        """The answer to the question that was begun."""
        with self._clock.waiting():
            found = answer()
        self._late = self._late + 1 if isinstance(found, TimedOut) else 0
        self._crashed = self._crashed + 1 if isinstance(found, Crashed) else 0
        if isinstance(found, Lost):
            self._program = None
        return found
