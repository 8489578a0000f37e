"""A submission as an implementation, for as long as a block lasts; nothing runs after it."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from conformance.child.files import FILES, TORCH_FILES, TORCH_PACKAGES
from conformance.confinement import orphans
from conformance.confinement.held import Held, held
from conformance.confinement.layer import NotJudgedError
from conformance.confinement.level import Level
from conformance.confinement.start import Confinement
from conformance.confinement.visible import Visible
from conformance.observation import Crashed, Lost, NotObservedError, TimedOut
from conformance.remote import Line, RemoteImplementation
from conformance.submission.allowance import LONG, Allowance, Clock
from conformance.submission.file import LARGEST, SubmissionFile
from conformance.submission.warm_parent import ParentLostError, WarmParent
from conformance.wire import Frame, Limits

#: After so many questions in a row without an answer in time none is asked any more.
PATIENCE = 3


class SubmittedImplementation(RemoteImplementation):
    """A submission that runs confined; `file` is what was read of it, `held` what it is confined in."""

    def __init__(self, name: str, line: Line, file: SubmissionFile, held: Held, **about: Any) -> None:
        super().__init__(name, line, **about)
        self.file = file
        self.held = held


@contextlib.contextmanager
def submitted(
    path: Path | str, attribute: str = "", *, level: Level | None = None, advisory: bool = False,
    allowed: Allowance | None = None, largest: int = LARGEST, with_torch: bool = False,
) -> Iterator[SubmittedImplementation]:  # fmt: skip
    """A Python file of at most `largest` bytes as an implementation that runs confined.

    Raises SubmissionError where there is no such file, and NotJudgedError (later on NotObservedError) where it cannot
    be judged safely; level C is for `advisory` runs. Use it from a thread that stays: the kernel ends what is confined
    with the thread that started it.
    """
    file, terms = SubmissionFile.read(path, largest), allowed or Allowance()
    visible = surroundings(with_torch=with_torch)

    def start(confinement: Confinement) -> WarmParent:
        return WarmParent(confinement, file, attribute, terms)

    with (
        held(level, terms.caps, visible, advisory=advisory, start=start if hasattr(os, "fork") else None) as found,
        running(file, attribute, found, terms) as implementation,
    ):
        yield implementation


def surroundings(*, with_torch: bool = False) -> Visible:
    """What a submission finds around it."""
    if with_torch:
        return Visible.here(*TORCH_FILES, packages=TORCH_PACKAGES)
    return Visible.here(*FILES)


@contextlib.contextmanager
def running(
    file: SubmissionFile, attribute: str, confinement: Held, allowed: Allowance
) -> Iterator[SubmittedImplementation]:
    """A submission that was read, in a confinement that holds; raises NotJudgedError."""
    if not hasattr(os, "fork"):
        raise NotJudgedError("not judged: this system has no fork, by which a submission is given a process a case")
    line = SubmissionLine(confinement, file, attribute, allowed)
    try:
        line.start()
        yield SubmittedImplementation(file.name.removesuffix(".py"), line, file, confinement, origin=file.name)
    finally:
        line.close()


class SubmissionLine(Line):
    """A line to a warm parent, and to another one where the latest is gone."""

    def __init__(self, confinement: Held, file: SubmissionFile, attribute: str, allowed: Allowance) -> None:
        self._held, self._file, self._attribute, self._allowed = confinement, file, attribute, allowed
        self._parent: WarmParent | None = None
        self._first: WarmParent | None = confinement.started
        self._late, self._together = 0, False
        self._asked, self._took, self._began = 0, 0.0, 0.0
        self._clock = Clock(allowed.total_seconds)
        # Where nothing forbids a child of a child to leave its session, it comes to us when that one has ended.
        self._others = orphans.children() if self._held.level is Level.C and orphans.adopt() else None

    def start(self) -> WarmParent:
        """The warm parent, started where there is none; raises NotJudgedError."""
        if self._parent is None:
            first, self._first = self._first, None
            parent = first or WarmParent(self._held.confinement, self._file, self._attribute, self._allowed)
            parent.greet()
            self._parent = parent
            if self._held.level is not Level.C and self._parent.reachable:
                raise NotJudgedError(f"not judged: inside, {', '.join(self._parent.reachable)} can be imported")
        return self._parent

    def ask(self, question: Frame, limits: Limits) -> Frame | Lost:
        """One case; raises NotObservedError where what is around the submission failed, and not the submission."""
        return self.begin(question, limits)()

    def begin(self, question: Frame, limits: Limits) -> Callable[[], Frame | Lost]:
        """The same in two halves: a child answers meanwhile."""
        if self._clock.left <= 0:
            used_up = f"the {self._allowed.total_seconds:g} s that all cases together may take were used up before it"
            return lambda: TimedOut(f"it was not asked: {used_up}", unasked=True)
        if self._late >= PATIENCE:
            late = f"{PATIENCE} cases in a row before it had no answer within {self._allowed.seconds:g} s"
            return lambda: TimedOut(f"it was not asked, since {late}", unasked=True)
        try:
            parent = self.start()
        except NotJudgedError as error:
            raise NotObservedError(str(error)) from None
        self._began = time.monotonic()
        with self._clock.waiting():
            seconds = self._clock.most(self._allowed.seconds)
            parent.begin(question, limits, seconds, last=self._is_last())
        return lambda: self._finish(parent)

    def afresh(self, question: Frame, limits: Limits) -> Frame | Lost | None:
        """The answer of a child that was asked nothing else; None where that is what every case has."""
        if self._allowed.group == 1:
            return None
        self._leave()
        self._asked = self._allowed.group  # the only one is the last one
        return self.ask(question, limits)

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """A block in which one child answers every question, as training asks them: what it keeps is its own affair."""
        self._leave()
        self._together = True
        try:
            yield
        finally:
            self._together = False
            self._leave()

    def close(self) -> None:
        """End what runs; it would be started anew by a question."""
        parent, self._parent = self._parent, None
        if parent is not None:
            parent.end()
        if self._others is not None:
            orphans.sweep(self._others)

    def _is_last(self) -> bool:
        """Whether the next question is its child's last, since the group is full."""
        if self._together:
            return False
        self._asked += 1
        last = self._asked >= self._allowed.group
        if last:
            self._asked, self._took = 0, 0.0
        return last

    def part(self) -> None:
        """Another child answers the next question."""
        self._leave()

    def _leave(self) -> None:
        """Let go of a child that could be asked more."""
        self._asked, self._took = 0, 0.0
        if self._parent is not None:
            with self._watched(self._parent), contextlib.suppress(ParentLostError):
                self._parent.leave()

    def _finish(self, parent: WarmParent) -> Frame | Lost:
        """The answer to the question that was begun."""
        answer: Frame | Lost
        try:
            with self._clock.waiting(), self._watched(parent):
                answer = self._checked(parent, parent.finish())
        except NotJudgedError as error:
            raise NotObservedError(str(error)) from None
        except ParentLostError:
            if self._held.level is not Level.C:
                why = "not judged: the process that a submission is confined in was ended"
                raise NotObservedError(why) from None
            answer = Crashed("the process above its own ended, too")
        self._late = self._late + 1 if isinstance(answer, TimedOut) else 0
        if isinstance(answer, Lost):
            self._asked, self._took = 0, 0.0  # its child is gone
        return answer

    def _checked(self, parent: WarmParent, answer: Frame | Lost) -> Frame | Lost:
        """An answer; a child that has worked long gives no other: processor time is a child's, but due to a case."""
        if isinstance(answer, Frame) and self._asked:
            self._took += time.monotonic() - self._began
            if self._took > LONG:
                self._asked, self._took = 0, 0.0
                return parent.leave(answer) or answer
        return answer

    @contextlib.contextmanager
    def _watched(self, parent: WarmParent) -> Iterator[None]:
        """Let go of a warm parent that has ended."""
        try:
            yield
        finally:
            if parent.ended:
                self._parent = None
