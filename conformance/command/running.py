"""A process on a leash, asked one question after another, and ended."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Sequence
from typing import IO

from conformance.command.leash import Leash
from conformance.command.process import Process
from conformance.wire import Channel


class Running(Process):
    """A process that was started on a leash of its own; `streams` are our ends."""

    def __init__(
        self, leash: Leash, process: subprocess.Popen[bytes], streams: Sequence[IO[bytes]], channel: Channel
    ) -> None:
        super().__init__(channel)
        self._leash, self._process, self._streams = leash, process, streams

    def _wait(self, seconds: float) -> int:
        """Its exit code; TimeoutError where it has not ended."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise TimeoutError from None

    def _kill(self) -> None:
        """End its whole group."""
        self._leash.end()

    def _close(self, grace: float) -> None:
        """Close our ends, and end what does not leave by itself."""
        for stream in self._streams:
            stream.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(grace)
        self._leash.end()
        self._process.wait()
