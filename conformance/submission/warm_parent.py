"""A warm parent, as the judge holds it: started under its layers, asked case by case, and ended with all it started."""

from __future__ import annotations

import contextlib
import math
import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass

from conformance.child.control import Control, Order, Report
from conformance.command.ending import last_said
from conformance.confinement.layer import NotJudgedError
from conformance.confinement.start import ENVIRONMENT, Confinement
from conformance.observation import Garbled, Lost, TimedOut
from conformance.submission.allowance import Allowance
from conformance.submission.case_line import CaseLine, NotReadyError
from conformance.submission.ending import out_of_memory, outcome, starved
from conformance.submission.file import SubmissionFile
from conformance.submission.session import end_session
from conformance.wire import Channel, DeadlineError, EndOfStreamError, FloodError, Frame, Limits, ProtocolError

_STARTING = 30.0
#: How much later than the warm parent the judge loses patience: with a case, and with an end by itself.
_MARGIN, _LEAVING = 2.0, 1.0
_LONGEST_GREETING = 1 << 16
_AFTER = "after it answered"


class ParentLostError(Exception):
    """The warm parent is gone, which no submission can bring about where it is confined."""


@dataclass(frozen=True)
class _Asked:
    """A question that is being answered; the `last` one ends its case child."""

    question: Frame
    limits: Limits
    seconds: float
    last: bool


class WarmParent:
    """One process, and one child of it at a time."""

    def __init__(self, confinement: Confinement, file: SubmissionFile, attribute: str, allowed: Allowance) -> None:
        self._allowed = allowed
        mine, its = socket.socketpair()
        self._control = Control(mine)
        torch = ("torch",) if any(name == "torch" for name, _ in confinement.visible.packages) else ()
        told = (str(its.fileno()), file.name, attribute, *torch)
        command = confinement.command("conformance.child.main:main", *told, imports=("numpy", *torch))
        with its:
            self._process = subprocess.Popen(  # noqa: S603 -- our own words
                command, env=ENVIRONMENT, pass_fds=(its.fileno(), *confinement.descriptors), close_fds=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
            )  # fmt: skip
        self._number = 0
        #: The child that answers the next question; it gets ready while the judge compares.
        self._line: CaseLine | None = None
        self._asked: _Asked | None = None
        self._trouble: Exception | None = None
        self._file = file
        #: What should not be possible to import, and is.
        self.reachable: tuple[str, ...] = ()

    def greet(self) -> None:
        """Hand over the submission, and hear what can be imported inside; raises NotJudgedError, and is ended then."""
        try:
            self.reachable = self._greet(self._file)
        except BaseException:
            self.end()
            raise

    @property
    def ended(self) -> bool:
        """Whether it was ended, and another one is needed."""
        return self._process.returncode is not None

    def begin(self, question: Frame, limits: Limits, seconds: float, *, last: bool) -> None:
        """Ask, of a child that was not asked its last question yet, or of a new one; `finish` tells of any trouble."""
        self._asked, self._trouble = _Asked(question, limits, seconds, last), None
        self._control.wait_at_most(seconds + _MARGIN)
        try:
            if self._line is None:
                self._line = self._begun()
            self._control.send_order(Order(self._number, seconds))
            self._line.put(question, time.monotonic() + seconds + _MARGIN, last=last)
        except Exception as trouble:  # noqa: BLE001 -- raised again by `finish`
            self._trouble = trouble
        except BaseException:  # Ctrl-C: nobody knows how far they are
            self.end()
            raise

    def finish(self) -> Frame | Lost:
        """The answer; raises NotJudgedError and ParentLostError, after which this one is ended."""
        assert self._asked is not None
        try:
            answer = self._answered(self._asked)
        except (EOFError, ConnectionError):
            self.end()
            raise ParentLostError from None
        except (DeadlineError, TimeoutError):  # it should have been stopped from inside
            self.end()
            return TimedOut(f"it gave no answer within {self._asked.seconds:g} s, and all of it had to be stopped")
        except BaseException:  # Ctrl-C too: nobody knows how far they are
            self.end()
            raise
        return answer

    def leave(self, answer: Frame | None = None) -> Frame | Lost | None:
        """Let go of a child that could be asked more; an answer is returned if the child ends well after it.

        Without one nobody cares how it ends. Raises ParentLostError.
        """
        if self._line is None or self._asked is None or self._asked.last:
            return answer
        seconds = _LEAVING if answer is None else self._asked.seconds
        try:
            self._line.end()
            self._control.send_order(Order(self._number, seconds))
            report, said = self._report(), _words(self._line.channel)
            self._renew()
        except (EOFError, OSError):
            self.end()
            raise ParentLostError from None
        except BaseException:
            self.end()
            raise
        return None if answer is None else outcome(answer, _AFTER, report, self._allowed, seconds, said)

    def end(self) -> None:
        """End it, and whatever it started."""
        if self.ended:
            return
        self._control.close()
        if self._line is not None:
            self._line.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_LEAVING)
        end_session(self._process.pid)
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()

    def _greet(self, file: SubmissionFile) -> tuple[str, ...]:
        """Hand over the submission; what can be imported inside and should not."""
        self._control.wait_at_most(_STARTING)
        try:
            self._control.send_bytes(file.source)
            return tuple(self._control.receive_bytes(_LONGEST_GREETING).decode().split())
        except (EOFError, OSError, ValueError):
            raise NotJudgedError(f"not judged: the confined process could not be started{self._said()}") from None

    def _begun(self) -> CaseLine:
        """A case child that gets ready for the next question, with nothing to answer yet."""
        self._number += 1
        line = CaseLine(self._allowed.output)
        try:
            self._control.send_order(Order(self._number, descriptors=line.theirs))
        except BaseException:
            line.close()
            raise
        finally:
            line.hand_over()
        return line

    def _renew(self) -> None:
        """Put another child in the place of one that has ended."""
        if self._line is not None:
            self._line.close()
        self._line = None
        self._line = self._begun()

    def _answered(self, asked: _Asked) -> Frame | Lost:
        """What came of a question."""
        if self._line is None:  # none could be begun
            raise self._trouble or EOFError
        channel, answer, when = self._line.channel, None, _AFTER
        try:
            if self._trouble is not None:
                raise self._trouble
            deadline = time.monotonic() + asked.seconds + _MARGIN
            answer = self._line.hear(asked.question, asked.limits, deadline, last=asked.last)
            if starved(answer):
                return self._stopped(out_of_memory(self._allowed))
            if not asked.last:
                self._control.send_order(Order(self._number, math.inf))  # it waits for as long as the judge works
                return answer
        except EndOfStreamError as end:
            when = f"in the middle of its answer, after {end.received} bytes" if end.received else "before it answered"
        except FloodError:
            most = f"{self._allowed.output / (1 << 20):g} MiB"
            return self._stopped(Garbled(f"it wrote more than {most} of output in one case, but should answer"))
        except ProtocolError as error:
            return self._stopped(Garbled(f"its answer does not follow the protocol: {error}"))
        except NotReadyError:
            self._report()
            raise NotJudgedError(f"not judged: a layer could not be put on{_words(channel)}") from None
        found = outcome(answer, when, self._report(), self._allowed, asked.seconds, _words(channel))
        self._renew()
        return found

    def _stopped(self, lost: Lost) -> Lost:
        """End the child: what it still does is of no interest."""
        self._control.send_order(Order(self._number, 0.0))
        self._report()
        self._renew()
        return lost

    def _report(self) -> Report:
        """How the child ended, once it has."""
        report = self._control.receive_report()
        if report.number != self._number:
            raise EOFError
        return report

    def _said(self) -> str:
        """The last words of a process that did not start; it is ended for that."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGKILL)
        return last_said(self._process.stderr.read() if self._process.stderr else b"")


def _words(channel: Channel) -> str:
    """The last that a child wrote to its output."""
    with contextlib.suppress(FloodError):
        return last_said(channel.last_words)
    return ""
