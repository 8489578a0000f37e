"""A process that speaks the protocol, however it was started: asked one question after another, and ended."""

from __future__ import annotations

import contextlib
import functools
import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable

from conformance.command.ending import ended, last_said
from conformance.observation import Crashed, Garbled, Lost, TimedOut
from conformance.wire import (
    Channel,
    DeadlineError,
    EndOfStreamError,
    FloodError,
    Frame,
    Limits,
    ProtocolError,
    hear,
    put,
)
from conformance.wire.stream import MOST_ASIDE

#: Seconds that a process may take to be gone after its input ended, and after it closed its output by itself.
_GRACE, _LEAVING = 0.5, 1.0
_LATE = 1.0


class Process(ABC):
    """One process at the other end of a channel; after anything but an answer it is gone.

    It may write `output` bytes to standard error in a case.
    """

    def __init__(self, channel: Channel, output: int = MOST_ASIDE) -> None:
        self._channel = channel
        self._output = output

    def begin(self, question: Frame, limits: Limits, seconds: float) -> Callable[[], Frame | Lost]:
        """Ask; what is returned waits for the answer, and says how it was lost where there is none."""
        deadline, heard_out = time.monotonic() + seconds, False
        trouble: Exception | None = None
        try:
            self._hurry(seconds)
            heard_out = put(self._channel, question, deadline)
        except Exception as error:  # noqa: BLE001 -- raised again by the second half
            trouble = error
        except BaseException:  # Ctrl-C in between: the two sides are out of step
            self._drop()
            raise

        def answered() -> Frame:
            if trouble is not None:
                raise trouble
            now = time.monotonic()
            # Who comes to listen after the deadline has a moment for what is there, which may be long.
            latest = deadline if now < deadline else now + _LATE
            return hear(self._channel, question, limits, latest, heard_out=heard_out)

        return functools.partial(self._finish, answered, seconds)

    def end(self) -> None:
        """End it: its input ends first, so that it can leave by itself; who does not is ended by force."""
        self._close(_GRACE)

    def _finish(self, answered: Callable[[], Frame], seconds: float) -> Frame | Lost:
        try:
            answer = answered()
            self._hurry(math.inf)
        except DeadlineError:
            lost: Lost = TimedOut(f"it gave no answer within {seconds:g} s and was stopped{self._said()}")
            self._kill()  # it would not leave by itself
        except EndOfStreamError as end:
            lost = self._gone(end)
        except FloodError:
            most = f"{self._output / (1 << 20):g} MiB"
            lost = Garbled(f"it wrote more than {most} to standard error in one case, but should answer")
        except ProtocolError as error:
            lost = Garbled(f"its answer does not follow the protocol: {error}{self._said()}")
        except BaseException:
            self._drop()
            raise
        else:
            return answer
        self.end()
        return lost

    def _gone(self, end: EndOfStreamError) -> Lost:
        """Its output ended: with it, or before it."""
        when = (
            f"in the middle of its answer, after {end.received} bytes of it" if end.received else "before it answered"
        )
        try:
            code = self._wait(_LEAVING)
        except TimeoutError:
            return Garbled(f"it closed its standard output {when}, but should answer{self._said()}")
        return self._ended(code, when)

    def _ended(self, code: int, when: str) -> Lost:
        """What its end amounts to."""
        return Crashed(f"its process ended {ended(code)} {when}{self._said()}")

    def _said(self) -> str:
        """The last that it wrote to standard error, in words."""
        with contextlib.suppress(FloodError):
            return last_said(self._channel.last_words)
        return ""

    def _drop(self) -> None:
        """End it at once."""
        self._kill()
        self.end()

    def _hurry(self, seconds: float) -> None:  # noqa: B027 -- nobody does, as a rule
        """Tell whoever watches it from nearby that it has so many seconds from now on."""

    @abstractmethod
    def _wait(self, seconds: float) -> int:
        """Its exit code, negative for a signal; TimeoutError where it has not ended within so many seconds."""

    @abstractmethod
    def _kill(self) -> None:
        """End it by force, and whatever it has started."""

    @abstractmethod
    def _close(self, grace: float) -> None:
        """Close our ends, give it so many seconds to leave by itself, end it, and wait for it."""
