"""What judge and warm parent say to each other: orders with open descriptors one way, reports the other.

A submission has no part in it: a case child closes its copy before anything else.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass

#: A case child says so, on the case's own socket, when its layers are on and before it reads a line of the submission.
READY = b"\x01"
#: How a case child ends that had no memory left even to say so.
NO_MEMORY = 77

_LENGTH = struct.Struct("<Q")
#: number, seconds.
_ORDER = struct.Struct("<Qd")
#: number, exit code (negative for a signal), overdue, processor seconds, bytes of memory at most.
_REPORT = struct.Struct("<QiBdQ")
_MOST_DESCRIPTORS = 3


@dataclass(frozen=True)
class Order:
    """Begin a case, with its socket and the pipe for its output; without them: it has so many seconds from now on."""

    number: int
    seconds: float = 0.0
    descriptors: tuple[int, ...] = ()


@dataclass(frozen=True)
class Report:
    """How a case's process ended: exit code (negative for a signal), whether it was overdue, and what it used."""

    number: int
    code: int
    overdue: bool
    cpu_seconds: float
    memory: int


class Control:
    """One end of the socket; EOFError where the other end is gone, TimeoutError where a time limit was set."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end

    def fileno(self) -> int:
        """The descriptor, to be polled."""
        return self._end.fileno()

    def close(self) -> None:
        """Close this end."""
        self._end.close()

    def wait_at_most(self, seconds: float | None) -> None:
        """How long each of the calls below may wait."""
        self._end.settimeout(seconds)

    def send_bytes(self, data: bytes) -> None:
        """Send bytes with their length."""
        self._end.sendall(_LENGTH.pack(len(data)) + data)

    def receive_bytes(self, most: int) -> bytes:
        """Bytes with their length; ValueError where there are more than allowed."""
        (length,) = _LENGTH.unpack(self._exactly(_LENGTH.size))
        if length > most:
            raise ValueError(f"{length} bytes are announced, but should be at most {most}")
        return self._exactly(length)

    def send_order(self, order: Order) -> None:
        """Send an order; the descriptors stay open here, too."""
        data = _ORDER.pack(order.number, order.seconds)
        if order.descriptors:
            socket.send_fds(self._end, [data], list(order.descriptors))
        else:
            self._end.sendall(data)

    def receive_order(self) -> Order:
        """The next order."""
        data, descriptors, _, _ = socket.recv_fds(self._end, _ORDER.size, _MOST_DESCRIPTORS)
        if not data:
            raise EOFError
        number, seconds = _ORDER.unpack(data + self._exactly(_ORDER.size - len(data)))
        return Order(number, seconds, tuple(descriptors))

    def send_report(self, report: Report) -> None:
        """Send a report."""
        self._end.sendall(_REPORT.pack(report.number, report.code, report.overdue, report.cpu_seconds, report.memory))

    def receive_report(self) -> Report:
        """The next report."""
        number, code, overdue, cpu_seconds, memory = _REPORT.unpack(self._exactly(_REPORT.size))
        return Report(number, code, bool(overdue), cpu_seconds, memory)

    def _exactly(self, count: int) -> bytes:
        """So many bytes."""
        data = bytearray()
        while len(data) < count:
            chunk = self._end.recv(count - len(data))
            if not chunk:
                raise EOFError
            data += chunk
        return bytes(data)
