"""A case child: confines itself, imports the submission, reads one case, answers, and is gone."""

from __future__ import annotations

import contextlib
import os
import time
from typing import NoReturn

from conformance.adapters import adapt
from conformance.child.control import NO_MEMORY, READY
from conformance.child.program import Program
from conformance.child.subject import subject
from conformance.confinement.confined import Confined
from conformance.implementation import BrokenImplementation, Implementation
from conformance.observation import Lost, observe
from conformance.wire import Channel, Frame, Limits, encode, read_request, write_reply
from conformance.wire.frame import HEADER_SIZE, decode_body, decode_header

#: The judge sends what it likes; what a case takes is limited by the layers.
_LIMITS = Limits(1 << 40)
#: The judge and the warm parent keep the time.
_SECONDS = 1e6


def answer(confined: Confined, program: Program, attribute: str, line: int, output: int) -> NoReturn:
    """Answer the one case that comes on a socket; output goes to a pipe. Never returns."""
    code = 1
    try:
        settle(confined, output)
        os.write(line, READY)
        # While the judge is still busy with the case before.
        implementation = _imported(program, attribute)
        channel = Channel(line, line)
        deadline = time.monotonic() + _SECONDS
        question = _read(channel, deadline)
        channel.send(encode(_answer(question, implementation)), deadline)
        code = 0
    except MemoryError:
        code = NO_MEMORY
    except BaseException as error:  # noqa: BLE001 -- whatever a submission has left behind: the exit code is all
        _say(error)
    finally:
        os._exit(code)


def settle(confined: Confined, output: int) -> None:
    """Leave the parent's group, send output to a pipe, and put every layer on; raises OSError."""
    os.setpgid(0, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    confined.put_on()


def _read(channel: Channel, deadline: float) -> Frame:
    """The question."""
    header = decode_header(channel.receive(HEADER_SIZE, deadline), _LIMITS)
    return decode_body(header, channel.receive(header.length, deadline))


def _answer(question: Frame, implementation: Implementation) -> Frame:
    """What the submission does with the case in a frame."""
    case, calls = read_request(question)
    observed = observe(implementation, case, calls)
    if isinstance(observed, Lost):
        raise TypeError("only a judge loses answers")
    return write_reply(observed, question.sequence)


def _imported(program: Program, attribute: str) -> Implementation:
    """The submission; what its import raises is judged. The warm parent has made this process quiet."""
    name = program.file.removesuffix(".py")
    try:
        return adapt(subject(program.run(), attribute, program.file), name)
    except BaseException as error:  # noqa: BLE001 -- SystemExit too: its import is its own affair
        return BrokenImplementation(name, error)


def _say(error: BaseException) -> None:
    """The kind of an error, on the output that the judge quotes."""
    with contextlib.suppress(BaseException):
        os.write(2, f"{type(error).__name__}: {error}"[:300].encode("utf-8", "replace"))
