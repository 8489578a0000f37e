"""A submission as an implementation, for as long as a block lasts; nothing runs after it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from conformance.child.files import FILES
from conformance.confinement.layer import NotJudgedError
from conformance.confinement.level import Level, settled
from conformance.confinement.limits import Limits as Caps
from conformance.confinement.start import Confinement
from conformance.confinement.visible import Visible
from conformance.observation import Crashed, Lost, TimedOut
from conformance.remote import Line, RemoteImplementation
from conformance.submission.ending import Allowance
from conformance.submission.file import SubmissionFile
from conformance.submission.warm_parent import ParentLostError, WarmParent
from conformance.wire import Frame, Limits

#: After so many questions in a row without an answer in time none is asked any more.
PATIENCE = 3
_SECONDS = 10.0


class SubmittedImplementation(RemoteImplementation):
    """A submission that runs confined; `file` is what was read of it, `level` how strongly it is confined."""

    def __init__(self, name: str, line: Line, file: SubmissionFile, level: Level, **about: Any) -> None:
        super().__init__(name, line, **about)
        self.file = file
        self.level = level


@contextlib.contextmanager
def submitted(
    path: Path | str, attribute: str = "", *, level: Level | None = None, advisory: bool = False,
    limits: Caps | None = None, seconds: float = _SECONDS,
) -> Iterator[SubmittedImplementation]:  # fmt: skip
    """A Python file as an implementation that runs confined, a fresh child a case of at most so many seconds.

    Raises SubmissionError where there is no such file, and NotJudgedError, then and in every case, where it cannot be
    judged safely; level C is for `advisory` runs. Use it from a thread that stays: the kernel ends what is confined
    with the thread that started it.
    """
    file = SubmissionFile.read(path)
    if not hasattr(os, "fork"):
        raise NotJudgedError("not judged: this system has no fork, by which a submission is given a process a case")
    level = settled(level, advisory=advisory)
    allowed = Allowance(seconds, limits or Caps())
    with Confinement.prepare(level.layers, allowed.limits, Visible.here(*FILES)) as confinement:
        line = SubmissionLine(confinement, file, attribute, level, allowed)
        try:
            line.start()
            yield SubmittedImplementation(file.name.removesuffix(".py"), line, file, level, origin=str(path))
        finally:
            line.close()


class SubmissionLine(Line):
    """A line to a warm parent, and to another one where the latest is gone."""

    def __init__(
        self, confinement: Confinement, file: SubmissionFile, attribute: str, level: Level, allowed: Allowance
    ) -> None:
        self._confinement, self._file, self._attribute = confinement, file, attribute
        self._level, self._allowed = level, allowed
        self._parent: WarmParent | None = None
        self._late = 0

    def start(self) -> WarmParent:
        """The warm parent, started where there is none; raises NotJudgedError."""
        if self._parent is None:
            self._parent = WarmParent(self._confinement, self._file, self._attribute)
            if self._level is not Level.C and self._parent.reachable:
                raise NotJudgedError(f"not judged: inside, {', '.join(self._parent.reachable)} can be imported")
        return self._parent

    def ask(self, question: Frame, limits: Limits) -> Frame | Lost:
        """One case; raises NotJudgedError where what is around the submission failed, and not the submission."""
        if self._late >= PATIENCE:
            late = f"{PATIENCE} cases in a row before it had no answer within {self._allowed.seconds:g} s"
            return TimedOut(f"it was not asked, since {late}")
        answer = self._asked(question, limits)
        self._late = self._late + 1 if isinstance(answer, TimedOut) else 0
        return answer

    def close(self) -> None:
        """End what runs; it would be started anew by a question."""
        parent, self._parent = self._parent, None
        if parent is not None:
            parent.end()

    def _asked(self, question: Frame, limits: Limits) -> Frame | Lost:
        parent, answer = self.start(), None
        try:
            answer = parent.ask(question, limits, self._allowed)
        except ParentLostError:
            if self._level is not Level.C:
                raise NotJudgedError("not judged: the process that a submission is confined in was ended") from None
            answer = Crashed("the process above its own ended, too")
        finally:
            if parent.ended:
                self._parent = None
        return answer
