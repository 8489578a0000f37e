"""A line to a process that is kept from case to case, and started again after it was lost."""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable
from typing import Protocol

from conformance.command.program import StartError
from conformance.command.running import Running
from conformance.observation import Crashed, Lost, TimedOut
from conformance.remote import Line
from conformance.wire import Frame, Limits

#: After so many questions in a row without an answer in time, or after so many crashes, none is asked any more.
PATIENCE, CRASHES = 3, 20


class Place(Protocol):
    """Where a process runs, one at a time."""

    def open(self) -> Running:
        """The process that runs, started where there is none; StartError where that fails."""

    def forget(self) -> None:
        """Start another one the next time: this one is gone."""

    def close(self) -> None:
        """End what runs."""


class KeptLine(Line):
    """One question after another, each of which may take so many seconds."""

    def __init__(self, workshop: Place, seconds: float) -> None:
        self._workshop = workshop
        self._seconds = seconds
        self._late = self._crashed = 0
        self._last = ""
        # At the end of the interpreter at the latest, also after an exception.
        self._close = weakref.finalize(self, workshop.close)

    def ask(self, question: Frame, limits: Limits) -> Frame | Lost:
        """One question, to a fresh process where the latest one is gone."""
        return self.begin(question, limits)()

    def begin(self, question: Frame, limits: Limits) -> Callable[[], Frame | Lost]:
        """The same in two halves; the process works meanwhile."""
        if lost := self._impatience():
            return lambda: lost
        try:
            answer = self._workshop.open().begin(question, limits, self._seconds)
        except StartError as error:
            self._crashed += 1
            self._last = f"it could not be started again: {error}"
            crashed = Crashed(self._last)
            return lambda: crashed
        return functools.partial(self._finish, answer)

    def close(self) -> None:
        """End what runs; nothing can be asked after it."""
        self._close()

    def _impatience(self) -> Lost | None:
        """Why nothing is asked any more."""
        if self._late >= PATIENCE:
            late = f"{PATIENCE} questions in a row before it had no answer within {self._seconds:g} s"
            return TimedOut(f"it was not asked, since {late}", unasked=True)
        if self._crashed >= CRASHES:
            each = f"in each of {CRASHES} questions before it, at last so: {self._last}"
            return Crashed(f"it was not asked, since it crashed {each}", unasked=True)
        return None

    def _finish(self, answer: Callable[[], Frame | Lost]) -> Frame | Lost:
        """The answer to the question that was begun."""
        try:
            found = answer()
        except BaseException:  # Ctrl-C, or a question that cannot be sent: it is gone
            self._workshop.forget()
            raise
        self._late = self._late + 1 if isinstance(found, TimedOut) else 0
        self._crashed = self._crashed + 1 if isinstance(found, Crashed) else 0
        if isinstance(found, Lost):
            self._last = found.why
            self._workshop.forget()
        return found
