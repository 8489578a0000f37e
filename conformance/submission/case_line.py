"""The judge's ends of one case child: a socket for questions and answers, and a pipe for what is written beside."""

from __future__ import annotations

import contextlib
import os
import socket
from types import TracebackType
from typing import Self

from conformance.child.control import READY
from conformance.wire import Channel, EndOfStreamError, Frame, Limits, ProtocolError, encode, hear
from conformance.wire.frame import quoted

#: What a fresh socket takes without anybody reading, so that nobody has to wait for a child to be ready.
_AT_ONCE = 1 << 16


class NotReadyError(Exception):
    """A child ended before its layers were on: no line of the submission was read."""


class CaseLine:
    """A channel of its own for every case child, so that nothing of one is read in another."""

    def __init__(self, most_output: int) -> None:
        self._mine, self._its = socket.socketpair()
        self._reading, self._writing = os.pipe()
        self._open, self._ready, self._heard_out = True, False, True
        self.channel = Channel(self._mine.fileno(), self._mine.fileno(), self._reading, most_output)

    @property
    def theirs(self) -> tuple[int, int]:
        """The ends that a case child is to have."""
        return self._its.fileno(), self._writing

    def hand_over(self) -> None:
        """Close the ends that somebody else has now: the line ends when they do."""
        self._its.close()
        os.close(self._writing)

    def put(self, question: Frame, deadline: float, *, last: bool) -> None:
        """Ask; the `last` question is the end of what is sent. Raises NotReadyError, and what Channel raises."""
        data = encode(question)
        if self._ready and (unasked := self.channel.unasked):
            raise ProtocolError(f"it wrote {quoted(unasked)} without being asked, but should answer once and no more")
        if len(data) > _AT_ONCE:
            self._wait_until_ready(deadline)
        self._heard_out = self.channel.send(data, deadline)
        if last:
            self.end()

    def hear(self, question: Frame, limits: Limits, deadline: float, *, last: bool) -> Frame:
        """The answer; after the last one nothing else.

        Raises NotReadyError, ProtocolError for anything but one frame with the question's number (and an end after the
        last), and what Channel raises.
        """
        self._wait_until_ready(deadline)
        answer = hear(self.channel, question, limits, deadline, heard_out=self._heard_out)
        if not last:
            return answer
        try:
            self.channel.receive(1, deadline)
        except EndOfStreamError:
            return answer
        raise ProtocolError("more bytes follow it, but nothing should")

    def end(self) -> None:
        """Nothing more will be asked."""
        with contextlib.suppress(OSError):  # it is gone already
            self._mine.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Close our ends."""
        if self._open:
            self._open = False
            self._mine.close()
            os.close(self._reading)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _wait_until_ready(self, deadline: float) -> None:
        """A child says first that its layers are on."""
        if self._ready:
            return
        try:
            self.channel.receive(len(READY), deadline)
        except EndOfStreamError:
            raise NotReadyError from None
        self._ready = True
