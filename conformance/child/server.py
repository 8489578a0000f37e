"""A kept process that answers for one Python implementation, with all that its user has: nothing confines it."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from conformance.child.answering import Answering
from conformance.child.control import NO_MEMORY
from conformance.implementation import BrokenImplementation, Implementation, NoImplementationError
from conformance.loading import Code, load
from conformance.observation import raised
from conformance.quiet import printing_alone
from conformance.wire import (
    Channel,
    EndOfStreamError,
    Frame,
    Kind,
    Limits,
    ProtocolError,
    encode,
    write_reply,
)
from conformance.wire.frame import HEADER_SIZE, decode_body, decode_header

#: The judge sends what it likes, and keeps the time.
_LIMITS, _SECONDS = Limits(1 << 40), 1e6


def main() -> None:
    """Serve the judge on the two descriptors that the arguments name: where questions come from, and answers go."""
    incoming, outgoing = map(int, sys.argv[1:3])
    sys.argv[1:] = []  # they are of no interest to an implementation
    faulthandler.enable(all_threads=False)  # it says where a crash was
    for descriptor in (incoming, outgoing):
        os.set_inheritable(descriptor, False)
    with contextlib.suppress(EndOfStreamError, BrokenPipeError, ConnectionError):  # the judge is gone
        _Server(Channel(incoming, outgoing)).serve()
    os._exit(0)  # whatever an implementation has left behind


class _Server:
    """Answers HELLO by importing the implementation that it names, and CASE after CASE with it."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._process = os.getpid()

    def serve(self) -> None:
        """Until the judge has no more questions; raises EndOfStreamError then."""
        hello = self._next()
        answer, implementation = _greeting(hello.entries)
        self._say(encode(answer))
        answering = Answering(implementation)
        while True:
            self._say(_answered(answering, self._next()))

    def _next(self) -> Frame:
        """The next question."""
        deadline = time.monotonic() + _SECONDS
        header = decode_header(self._channel.receive(HEADER_SIZE, deadline), _LIMITS)
        return decode_body(header, self._channel.receive(header.length, deadline))

    def _say(self, answer: bytes) -> None:
        """Answer, if this is the process that was asked, and not a copy that an implementation has made of it."""
        if os.getpid() != self._process:
            os._exit(0)
        self._channel.send(answer, time.monotonic() + _SECONDS)


def _greeting(entries: Mapping[str, object]) -> tuple[Frame, Implementation]:
    """WELCOME with an implementation; REFUSED where there is none, RAISED where its import raised."""
    path, module, attribute, origin, name = (
        str(entries.get(key, "")) for key in ("path", "module", "attribute", "origin", "name")
    )
    printing_alone()
    if isinstance(memory := entries.get("memory"), int):
        cap(memory)
    try:
        found = load(Code(path, module, attribute, origin), name)
    except NoImplementationError as error:
        return Frame(Kind.REFUSED, 0, {"reason": str(error)}), BrokenImplementation(name, error)
    except KeyboardInterrupt as error:  # nobody sends it here
        found = BrokenImplementation(name, error)
    if isinstance(found, BrokenImplementation):
        return write_reply(raised(found.error, "import"), 0), found
    return Frame(Kind.WELCOME, 0), found


def cap(memory: int) -> None:
    """At most so many bytes of memory of its own, not counting what is only reserved; and the first to be ended."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 -- Windows has none

        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        limit = memory if most == resource.RLIM_INFINITY else min(memory, most)
        resource.setrlimit(resource.RLIMIT_DATA, (limit, most))
    with contextlib.suppress(OSError):  # Linux alone: where memory runs out, this process is ended and no other
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def _answered(answering: Answering, question: Frame) -> bytes:
    """The answer as bytes."""
    try:
        return encode(answering.answer(question))
    except ProtocolError as error:
        return encode(Frame(Kind.REFUSED, question.sequence, {"reason": str(error)}))
    except MemoryError:  # there was enough for an answer, and not for sending it
        os._exit(NO_MEMORY)
