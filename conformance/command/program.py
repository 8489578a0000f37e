"""One running command: started, greeted, asked, and ended."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from conformance.command.ending import ended, last_said
from conformance.command.leash import Leash
from conformance.observation import Crashed, Garbled, Lost, TimedOut
from conformance.wire import (
    HELLO,
    Channel,
    DeadlineError,
    EndOfStreamError,
    FloodError,
    Frame,
    Kind,
    Limits,
    ProtocolError,
    ask,
)

_HELLO_LIMITS = Limits(1 << 16)
#: Seconds that a process may take to be gone after its input ended, and after it closed its output by itself.
_GRACE, _LEAVING = 0.5, 1.0


class StartError(Exception):
    """A command could not be started, or did not greet back; the text is what to tell its author."""


class Program:
    """A process that has answered HELLO; after anything but an answer it has to be ended."""

    def __init__(self, words: Sequence[str], folder: Path, scratch: Path, seconds: float) -> None:
        self._leash = Leash(scratch)
        pipe = subprocess.PIPE
        try:
            self._process = self._leash.start(words, folder, stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0)
        except OSError as error:
            self._leash.end()
            raise StartError(f"{words[0]} cannot be run: {error.strerror}") from None
        self._streams = [s for s in (self._process.stdin, self._process.stdout, self._process.stderr) if s is not None]
        outgoing, incoming, aside = (stream.fileno() for stream in self._streams)
        self._channel = Channel(incoming, outgoing, aside)
        self._greet(seconds)

    def ask(self, question: Frame, limits: Limits, seconds: float) -> Frame | Lost:
        """One question; after anything but a frame the process is gone."""
        try:
            return ask(self._channel, question, limits, time.monotonic() + seconds)
        except DeadlineError:
            lost: Lost = TimedOut(f"it gave no answer within {seconds:g} s and was stopped{self._said()}")
            self._leash.end()  # it would not leave by itself
        except EndOfStreamError as end:
            lost = self._gone(end)
        except FloodError:
            lost = Garbled("it wrote more than 8 MiB to standard error in one case, but should answer")
        except ProtocolError as error:
            lost = Garbled(f"its answer does not follow the protocol: {error}{self._said()}")
        except BaseException:  # Ctrl-C in between: the two sides are out of step
            self._leash.end()
            self.end()
            raise
        self.end()
        return lost

    def end(self) -> None:
        """End it: its input ends first, so that it can leave by itself; who does not is ended by force."""
        for stream in self._streams:
            stream.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_GRACE)
        self._leash.end()
        self._process.wait()

    def _greet(self, seconds: float) -> None:
        """HELLO, and what comes back; StartError where that is no welcome."""
        found = self.ask(HELLO, _HELLO_LIMITS, seconds)
        if isinstance(found, Lost):
            raise StartError(f"asked HELLO, {found.why}")
        if found.kind is Kind.WELCOME:
            return
        self.end()
        if found.kind is Kind.REFUSED:
            raise StartError(
                f"it refuses version 1 of the protocol ({found.entries.get('reason') or 'no reason given'})"
            )
        raise StartError(f"asked HELLO, it answers {found.kind.name}, but should answer WELCOME")

    def _gone(self, end: EndOfStreamError) -> Lost:
        """Its output ended: with it, or before it."""
        when = (
            f"in the middle of its answer, after {end.received} bytes of it" if end.received else "before it answered"
        )
        try:
            code = self._process.wait(_LEAVING)
        except subprocess.TimeoutExpired:
            return Garbled(f"it closed its standard output {when}, but should answer{self._said()}")
        return Crashed(f"its process ended {ended(code)} {when}{self._said()}")

    def _said(self) -> str:
        with contextlib.suppress(FloodError):
            return last_said(self._channel.last_words)
        return ""
