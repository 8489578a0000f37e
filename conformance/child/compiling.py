"""Compiling a submission once, in a confined child: compiling alone can crash a process or fill its memory."""

from __future__ import annotations

import os
import select
import signal
import time
from typing import NoReturn

from conformance.child.case_child import settle
from conformance.child.control import Control
from conformance.child.program import Program
from conformance.confinement.confined import Confined

_SECONDS = 5.0
_LARGEST = 16 << 20


def compiled(confined: Confined, program: Program, control: Control) -> bytes:
    """The code of a program, nothing of which has run; empty where that fails: then every case child finds out why."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        control.close()
        _compile(confined, program, writing)
    os.close(writing)
    code = _all(reading)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    os.close(reading)
    # Killed or not, it had said everything when it closed its end.
    del status
    return code


def _compile(confined: Confined, program: Program, writing: int) -> NoReturn:
    """Write the code to a pipe; never returns."""
    try:
        kept = os.dup(writing)
        settle(confined, os.open(os.devnull, os.O_WRONLY))
        os.close(writing)
        code = program.compiled()
        _write(kept, len(code).to_bytes(8, "little") + code)
    finally:
        os._exit(0)


def _write(descriptor: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]


def _all(reading: int) -> bytes:
    """What comes until the end; nothing where it is late, too long or cut short."""
    data = bytearray()
    deadline = time.monotonic() + _SECONDS
    while (left := deadline - time.monotonic()) > 0 and len(data) <= _LARGEST:
        if not select.select([reading], [], [], left)[0]:
            break
        chunk = os.read(reading, 1 << 16)
        if not chunk:
            whole = len(data) - 8 == int.from_bytes(data[:8], "little")
            return bytes(data[8:]) if whole else b""
        data += chunk
    return b""
