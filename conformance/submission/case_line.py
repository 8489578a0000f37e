"""The judge's ends of one case: a socket for question and answer, and a pipe for what is written beside."""

from __future__ import annotations

import os
import socket
from types import TracebackType
from typing import Self

from conformance.wire import Channel


class CaseLine:
    """A channel of its own for every case, so that nothing of one is read in another."""

    def __init__(self) -> None:
        self._mine, self._its = socket.socketpair()
        self._reading, self._writing = os.pipe()
        self._open = True
        self.channel = Channel(self._mine.fileno(), self._mine.fileno(), self._reading)

    @property
    def theirs(self) -> tuple[int, int]:
        """The ends that a case child is to have."""
        return self._its.fileno(), self._writing

    def hand_over(self) -> None:
        """Close the ends that somebody else has now: the line ends when they do."""
        self._its.close()
        os.close(self._writing)

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
