"""A case child: confines itself, imports the submission, answers one case (training: all its steps), and is gone."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import NoReturn

from conformance.adapters import adapt
from conformance.child.answering import Answering
from conformance.child.control import NO_MEMORY, READY
from conformance.child.program import Program
from conformance.confinement.confined import Confined
from conformance.generators import set_generators
from conformance.implementation import (
    BrokenImplementation,
    Implementation,
    NoImplementationError,
    NotConnectedError,
)
from conformance.loading import Code, subject
from conformance.wire import Frame, Limits, encode
from conformance.wire.frame import HEADER_SIZE, decode_body, decode_header

#: The judge sends what it likes; what a case takes is limited by the layers.
_LIMITS = Limits(1 << 40)


def answer(confined: Confined, program: Program, attribute: str, line: int, output: int) -> NoReturn:
    """Answer what comes on a socket until it ends; output goes to a pipe. Never returns."""
    code = 1
    try:
        settle(confined, output)
        os.write(line, READY)
        # While the judge is still busy with the case before.
        answering = Answering(_imported(program, attribute))
        # What was drawn before the fork would be drawn in every child.
        set_generators(None)
        while question := _read(line):
            _write(line, encode(answering.answer(question)))
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
    _renew(0, sys.stdout.fileno())
    confined.put_on()


def _renew(*inherited: int) -> None:
    """Open /dev/null anew where it is inherited: its flags are shared, so one case could leave word for the next."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in inherited:
        if descriptor not in (1, 2):  # as a warm parent that is not quiet has them
            os.dup2(nothing, descriptor)
    os.close(nothing)


def _read(line: int) -> Frame | None:
    """The next question; None where the judge has no more. The judge and the warm parent keep the time."""
    head = _exactly(line, HEADER_SIZE)
    if not head:
        return None
    header = decode_header(head, _LIMITS)
    return decode_body(header, _exactly(line, header.length))


def _exactly(line: int, count: int) -> bytes:
    """So many bytes; none where the judge has ended before the first."""
    data = bytearray()
    while len(data) < count:
        chunk = os.read(line, count - len(data))
        if not chunk:
            if data:
                raise EOFError("the question ended in the middle")
            break
        data += chunk
    return bytes(data)


def _write(line: int, data: bytes) -> None:
    """All of it; that nothing more is asked is no reason to stop."""
    left = memoryview(data)
    while left:
        left = left[os.write(line, left) :]


def _imported(program: Program, attribute: str) -> Implementation:
    """The submission; what its import raises is judged. The warm parent has made this process quiet."""
    name = program.file.removesuffix(".py")
    origin = f"{program.file}:{attribute}" if attribute else program.file
    try:
        return adapt(subject(program.run(), Code(program.file, "", attribute, origin)), name)
    except NoImplementationError as error:
        return BrokenImplementation(name, NotConnectedError(str(error)))
    except BaseException as error:  # noqa: BLE001 -- SystemExit too: its import is its own affair
        return BrokenImplementation(name, error)


def _say(error: BaseException) -> None:
    """The kind of an error, on the output that the judge quotes."""
    with contextlib.suppress(BaseException):
        os.write(2, f"{type(error).__name__}: {error}"[:300].encode("utf-8", "replace"))
