"""A keeper, as the judge holds it: started under its layers, told what to begin, and ended with all that it began."""

from __future__ import annotations

import contextlib
import json
import math
import os
import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from conformance.child.control import Control, Order
from conformance.command.ending import last_said
from conformance.confinement.layer import NotJudgedError
from conformance.confinement.start import ENVIRONMENT, Confinement
from conformance.submission.session import end_session

_STARTING, _LEAVING = 30.0, 1.0
_LONGEST_TOLD = 1 << 16


class KeeperLostError(Exception):
    """The keeper is gone, which no command can bring about where it is confined."""


@dataclass(frozen=True)
class Begin:
    """What is to be begun: words, the file that the kernel loads, the folder to be in, and the environment."""

    words: Sequence[str]
    file: str
    folder: str
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Ended:
    """How a program ended: its exit code (negative for a signal), `time` or `cpu` where it used that up, and bytes."""

    code: int
    stopped: str
    memory: int


class Keeper:
    """One process, and one program of it at a time."""

    def __init__(self, confinement: Confinement, cpu_seconds: float) -> None:
        mine, its = socket.socketpair()
        self._control = Control(mine)
        words = confinement.command("conformance.child.keeper:main", str(its.fileno()), str(cpu_seconds), imports=())
        with its:
            self._process = subprocess.Popen(  # noqa: S603 -- our own words
                words, env=ENVIRONMENT, pass_fds=(its.fileno(), *confinement.descriptors), close_fds=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
            )  # fmt: skip
        self._number = 0

    @property
    def lost(self) -> bool:
        """Whether it has ended, and another one is needed."""
        return self._process.poll() is not None

    def begin(self, begin: Begin, streams: tuple[int, int, int], seconds: float = math.inf) -> str:
        """Begin a program with these ends of its streams; why it could not be, in words, or nothing.

        It has so many seconds, unless it is told otherwise. Raises NotJudgedError where the keeper is not there.
        """
        self._number += 1
        self._control.wait_at_most(_STARTING)
        try:
            self._control.send_order(Order(self._number, seconds, streams))
            self._control.send_bytes(json.dumps(asdict(begin)).encode())
            why = self._control.receive_bytes(_LONGEST_TOLD).decode("utf-8", "replace")
        except (EOFError, OSError, ValueError):
            self.end()
            raise NotJudgedError(f"not judged: the confined process could not be started{self._said()}") from None
        if why:
            self.ended(_STARTING)
        return why

    def allow(self, seconds: float) -> None:
        """The program has so many seconds from now on."""
        with contextlib.suppress(OSError):  # its end will be told
            self._control.send_order(Order(self._number, seconds))

    def ended(self, seconds: float) -> Ended:
        """How the program ended; TimeoutError where it has not, KeeperLostError where nobody can tell."""
        self._control.wait_at_most(seconds)
        try:
            return Ended(**json.loads(self._control.receive_bytes(_LONGEST_TOLD)))
        except TimeoutError:
            raise
        except (EOFError, OSError, ValueError, TypeError):
            self.end()
            raise KeeperLostError from None

    def end(self) -> None:
        """End it, and whatever it began."""
        self._control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_LEAVING)
        end_session(self._process.pid)
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End it, with nothing left to be asked."""
        self.end()
        if self._process.stderr is not None:
            self._process.stderr.close()

    def _said(self) -> str:
        """The last words of a keeper that has ended."""
        stream = self._process.stderr
        if stream is None or stream.closed:
            return ""
        os.set_blocking(stream.fileno(), False)
        return last_said(stream.read() or b"")
