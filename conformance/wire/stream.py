"""Bytes to and from another process, exactly as many as were asked for, each time by a deadline."""

from __future__ import annotations

import math
import os
import select
import time

#: Read or written at once.
_CHUNK = 1 << 20
#: What is written beside the answers, to standard error, in one case: more is a flood.
MOST_ASIDE = 8 << 20
#: How much of it is kept to be quoted.
_KEPT = 16_384
#: How often is looked after a deadline: whoever comes late itself finds what was there in time, however long it is.
_LAST_LOOKS = 4096


class DeadlineError(Exception):
    """The other side took too long."""


class EndOfStreamError(Exception):
    """The other side is gone, or has closed its end; `received` bytes of what was due had come."""

    def __init__(self, received: int) -> None:
        super().__init__(f"the stream ended after {received} bytes")
        self.received = received


class FloodError(Exception):
    """The other side writes to standard error without end."""


class Channel:
    """Two pipes, or one socket twice, and perhaps a third pipe for what is written beside.

    It works on file descriptors, which stay their owner's. Deadlines are readings of time.monotonic().
    """

    def __init__(self, incoming: int, outgoing: int, aside: int | None = None, most_aside: int = MOST_ASIDE) -> None:
        for descriptor in (incoming, outgoing, aside):
            if descriptor is not None:
                os.set_blocking(descriptor, False)
        self._incoming, self._outgoing, self._aside = incoming, outgoing, aside
        self._heard = bytearray()
        self._ended = False
        self._last_words = b""
        self._heard_aside, self._most_aside = 0, most_aside
        self._looks = 0

    @property
    def unasked(self) -> bytes:
        """What has come and was not asked for, without waiting for more."""
        if not self._ended:
            self._listen()
        return bytes(self._heard)

    @property
    def last_words(self) -> bytes:
        """The end of what was written beside."""
        while self._aside is not None and self._listen_aside():
            pass
        return self._last_words

    def send(self, data: bytes, deadline: float) -> bool:
        """Send all of it; False where the other side spoke before it had heard everything, or was gone."""
        self._heard_aside = self._looks = 0
        left = memoryview(data)
        while left:
            try:
                left = left[os.write(self._outgoing, left[:_CHUNK]) :]
            except BlockingIOError:
                self._wait(deadline, sending=True)
            except (BrokenPipeError, ConnectionResetError):
                return False
            if self._heard or self._ended:
                return False
        return True

    def receive(self, count: int, deadline: float, begins: bytes = b"") -> bytes:
        """So many bytes, or fewer as soon as they do not begin as they should. EndOfStreamError, DeadlineError."""
        while len(self._heard) < count and self._heard[: len(begins)] == begins[: len(self._heard)]:
            if self._ended:
                raise EndOfStreamError(len(self._heard))
            self._wait(deadline)
        taken = bytes(self._heard[:count])
        del self._heard[:count]
        return taken

    def _wait(self, deadline: float, *, sending: bool = False) -> None:
        """Wait until there is something to read, or room to write, and read it; what is there is not too late."""
        left = max(0.0, deadline - time.monotonic())
        self._looks += left == 0.0
        poll = select.poll()
        poll.register(self._incoming, select.POLLIN)
        if self._aside is not None and left:
            poll.register(self._aside, select.POLLIN)
        if sending:
            both = select.POLLIN | select.POLLOUT if self._outgoing == self._incoming else select.POLLOUT
            poll.register(self._outgoing, both)
        events = dict(poll.poll(math.ceil(left * 1000))) if self._looks <= _LAST_LOOKS else {}
        if not events:
            raise DeadlineError
        if events.get(self._incoming, 0) & ~select.POLLOUT:
            self._listen()
        if self._aside in events:
            self._listen_aside()

    def _listen(self) -> None:
        """Read what there is."""
        try:
            chunk = os.read(self._incoming, _CHUNK)
        except BlockingIOError:
            return
        except ConnectionResetError:
            chunk = b""
        self._heard += chunk
        self._ended = not chunk

    def _listen_aside(self) -> bool:
        """Read what is written beside, and keep its end; False where there is nothing more for now."""
        if self._aside is None:
            return False
        try:
            chunk = os.read(self._aside, _CHUNK)
        except BlockingIOError:
            return False
        if not chunk:
            self._aside = None
            return False
        self._last_words = (self._last_words + chunk)[-_KEPT:]
        self._heard_aside += len(chunk)
        if self._heard_aside > self._most_aside:
            raise FloodError
        return True
