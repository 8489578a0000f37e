"""A command's process under a keeper: the judge's ends of its three pipes, and how it ended."""

from __future__ import annotations

import contextlib
import os

from conformance.command.process import Process
from conformance.command.program import StartError, greet
from conformance.observation import Lost, NotObservedError, TimedOut
from conformance.submission.allowance import Allowance
from conformance.submission.keeper import Begin, Ended, Keeper, KeeperLostError
from conformance.wire import Channel

#: How much later than the judge the keeper loses patience: the judge may be busy when an answer comes.
_MARGIN = 60.0


class KeptProgram(Process):
    """A process that was begun and has answered HELLO; raises StartError."""

    def __init__(self, keeper: Keeper, begin: Begin, allowed: Allowance, seconds: float) -> None:
        self._keeper, self._caps = keeper, allowed.limits
        self._how: Ended | None = None
        (its_input, into), (out, its_output), (aside, its_error) = os.pipe(), os.pipe(), os.pipe()
        theirs = (its_input, its_output, its_error)
        self._ends = [into, out, aside]
        try:
            why = keeper.begin(begin, theirs)
        except BaseException:
            self._let_go()
            raise
        finally:
            for end in theirs:
                os.close(end)
        if why:
            self._let_go()
            raise StartError(f"{begin.words[0]} cannot be run: {why}")
        super().__init__(Channel(out, into, aside, allowed.output), allowed.output)
        greet(self, seconds)

    def _hurry(self, seconds: float) -> None:
        """The keeper watches the clock and the processor time."""
        self._keeper.allow(seconds + _MARGIN)

    def _ended(self, code: int, when: str) -> Lost:
        """Whether it was stopped for what it used up."""
        stopped = self._how.stopped if self._how is not None else ""
        if stopped == "cpu":
            seconds = self._caps.cpu_seconds
            return TimedOut(f"it used up its {seconds} s of processor time and was stopped {when}{self._said()}")
        if stopped == "time":
            return TimedOut(f"it was still running long after its time and was stopped {when}{self._said()}")
        return super()._ended(code, when)

    def _wait(self, seconds: float) -> int:
        """Its exit code; TimeoutError where it has not ended, NotObservedError where its keeper has."""
        if self._how is None:
            try:
                self._how = self._keeper.ended(seconds)
            except KeeperLostError:
                why = "not judged: the process that a command is confined in was ended"
                raise NotObservedError(why) from None
        return self._how.code

    def _kill(self) -> None:
        """Have it ended at once."""
        self._keeper.allow(0.0)

    def _close(self, grace: float) -> None:
        """Close our ends, and have ended what does not leave by itself."""
        self._let_go()
        with contextlib.suppress(NotObservedError):
            try:
                self._wait(grace)
            except TimeoutError:
                self._keeper.allow(0.0)
                with contextlib.suppress(TimeoutError):
                    self._wait(_MARGIN)

    def _let_go(self) -> None:
        ends, self._ends = self._ends, []
        for end in ends:
            os.close(end)
