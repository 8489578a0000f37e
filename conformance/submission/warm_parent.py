"""A warm parent, as the judge holds it: started under its layers, asked case by case, and ended with all it started."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time

from conformance.child.control import Control, Order, Report
from conformance.command.ending import last_said
from conformance.confinement.layer import NotJudgedError
from conformance.confinement.start import ENVIRONMENT, Confinement
from conformance.observation import Garbled, Lost, TimedOut
from conformance.submission.case_line import CaseLine
from conformance.submission.ending import Allowance, outcome
from conformance.submission.exchange import NotReadyError, exchanged
from conformance.submission.file import SubmissionFile
from conformance.submission.session import end_session
from conformance.wire import Channel, DeadlineError, EndOfStreamError, FloodError, Frame, Limits, ProtocolError

_STARTING = 30.0
#: How much later than the warm parent the judge loses patience: with a case, and with an end by itself.
_MARGIN, _LEAVING = 2.0, 1.0
_LONGEST_GREETING = 1 << 16


class ParentLostError(Exception):
    """The warm parent is gone, which no submission can bring about where it is confined."""


class WarmParent:
    """One process, and one child of it at a time."""

    def __init__(self, confinement: Confinement, file: SubmissionFile, attribute: str) -> None:
        mine, its = socket.socketpair()
        self._control = Control(mine)
        command = confinement.command("conformance.child.main:main", str(its.fileno()), file.name, attribute)
        with its:
            self._process = subprocess.Popen(  # noqa: S603 -- our own words
                command, env=ENVIRONMENT, pass_fds=(its.fileno(), *confinement.descriptors), close_fds=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
            )  # fmt: skip
        self._number = 0
        #: A child that gets ready while the judge compares.
        self._spare: CaseLine | None = None
        try:
            self.reachable = self._greet(file)
        except BaseException:
            self.end()
            raise

    @property
    def ended(self) -> bool:
        """Whether it was ended, and another one is needed."""
        return self._process.returncode is not None

    def ask(self, question: Frame, limits: Limits, allowed: Allowance) -> Frame | Lost:
        """One case in a child of its own; raises NotJudgedError and ParentLostError, after which this one is ended."""
        self._control.wait_at_most(allowed.seconds + _MARGIN)
        try:
            with self._spare or self._begun() as child:
                self._control.send_order(Order(self._number, allowed.seconds))
                answer = self._asked(child.channel, question, limits, allowed)
            self._spare = self._begun()
        except (EOFError, ConnectionError):
            self.end()
            raise ParentLostError from None
        except (DeadlineError, TimeoutError):  # it should have been stopped from inside
            self.end()
            return TimedOut(f"it gave no answer within {allowed.seconds:g} s, and all of it had to be stopped")
        except BaseException:  # Ctrl-C too: nobody knows how far they are
            self.end()
            raise
        return answer

    def end(self) -> None:
        """End it, and whatever it started."""
        self._control.close()
        if self._spare is not None:
            self._spare.close()
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
        line = CaseLine()
        try:
            self._control.send_order(Order(self._number, descriptors=line.theirs))
        except BaseException:
            line.close()
            raise
        finally:
            line.hand_over()
        return line

    def _asked(self, channel: Channel, question: Frame, limits: Limits, allowed: Allowance) -> Frame | Lost:
        answer, when = None, "after it answered"
        try:
            answer = exchanged(channel, question, limits, time.monotonic() + allowed.seconds + _MARGIN)
        except EndOfStreamError as end:
            when = f"in the middle of its answer, after {end.received} bytes" if end.received else "before it answered"
        except FloodError:
            return self._stopped(Garbled("it wrote more than 8 MiB of output in one case, but should answer"))
        except ProtocolError as error:
            return self._stopped(Garbled(f"its answer does not follow the protocol: {error}"))
        except NotReadyError:
            self._report()
            raise NotJudgedError(f"not judged: a layer could not be put on{_words(channel)}") from None
        return outcome(answer, when, self._report(), allowed, _words(channel))

    def _stopped(self, lost: Lost) -> Lost:
        """End the child: what it still does is of no interest."""
        self._control.send_order(Order(self._number, 0.0))
        self._report()
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
