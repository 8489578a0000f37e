"""The keeper of a command: begins it under its layers, watches it, and reports how it ended; one at a time."""

from __future__ import annotations

import contextlib
import json
import math
import os
import resource
import select
import signal
import socket
import time
from collections.abc import Sequence
from typing import Any, NoReturn

from conformance.child.control import Control, Order
from conformance.child.watching import ending, has_ended
from conformance.confinement import kernel
from conformance.confinement.confined import Confined
from conformance.confinement.seccomp import Seccomp
from conformance.confinement.system_calls import DESCRIPTOR

_LONGEST = 1 << 20
#: How often to look where nothing tells of an end, and at the least how often at processor time, in seconds.
_PAUSE, _SOON = 0.002, 0.005
_NOT_BEGUN = 126


def main(confined: Confined, arguments: Sequence[str]) -> None:
    """Serve the judge on the descriptor of the first argument; the second is the processor time of a case, in seconds.

    An order with the program's three streams is followed by what to begin: `words`, `file`, `folder`, `environment`.
    """
    control = Control(socket.socket(fileno=int(arguments[0])))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft <= DESCRIPTOR < hard or hard == resource.RLIM_INFINITY:
        resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTOR + 1, hard))
    if any(isinstance(layer, Seccomp) and layer.purpose == "build" for layer in confined.layers):
        # What a build step leaves behind has no death signal: this process lives to see the judge's end, and ends it.
        kernel.prctl(kernel.SET_PDEATHSIG, 0)
    with contextlib.suppress(EOFError, ConnectionError):  # the judge is gone
        while True:
            order = control.receive_order()
            if order.descriptors:
                begin = json.loads(control.receive_bytes(_LONGEST))
                _run(order, begin, control, confined, float(arguments[1]))


def _run(order: Order, begin: dict[str, Any], control: Control, confined: Confined, cpu_seconds: float) -> None:
    """One program, which is gone when this returns, with whatever it has started."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        control.close()
        _become(begin, confined, order.descriptors, writing)
    stopped = ""
    try:
        for descriptor in (writing, *order.descriptors):
            os.close(descriptor)
        with open(reading, "rb") as why:  # noqa: PTH123 -- it ends when the program has begun
            control.send_bytes(why.read())
        stopped = _watch(child, control, order.seconds, cpu_seconds)
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child, signal.SIGKILL)  # nobody can leave the group: the filter forbids it
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        _, status, used = os.wait4(child, 0)
    told = {"code": os.waitstatus_to_exitcode(status), "stopped": stopped, "memory": used.ru_maxrss << 10}
    control.send_bytes(json.dumps(told).encode())


def _become(begin: dict[str, Any], confined: Confined, streams: Sequence[int], told: int) -> NoReturn:
    """Put the layers on and become the program, by the one descriptor for which the filter allows it."""
    try:
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        os.setpgid(0, 0)
        os.chdir(begin["folder"])
        for name in (signal.SIGPIPE, signal.SIGXFSZ):  # which Python ignores, and a program expects
            signal.signal(name, signal.SIG_DFL)
        file = begin["file"]
        once = any(isinstance(layer, Seccomp) and layer.purpose == "become a program" for layer in confined.layers)
        if once:
            os.dup2(os.open(file, os.O_RDONLY), DESCRIPTOR, inheritable=False)
        confined.put_on()
        os.closerange(3, told)
        os.closerange(told + 1, DESCRIPTOR)
        os.execve(DESCRIPTOR if once else file, begin["words"], begin["environment"])  # noqa: S606
    except BaseException as error:  # noqa: BLE001 -- whatever it was, the judge is told
        os.write(told, f"{type(error).__name__}: {error}"[:1000].encode("utf-8", "replace"))
    finally:
        os._exit(_NOT_BEGUN)


def _watch(child: int, control: Control, seconds: float, cpu_seconds: float) -> str:
    """Wait until a program has ended: "", or "time" or "cpu" for what it used up. EOFError where the judge is gone.

    The judge says when a case begins and when it is over; what is used between two counts to the next.
    """
    deadline, most = time.monotonic() + seconds, math.inf
    with contextlib.ExitStack() as stack:
        poll = select.poll()
        poll.register(control, select.POLLIN)
        ended = ending(child, stack)
        if ended is not None:
            poll.register(ended, select.POLLIN)
        counted = 0.0
        while (left := deadline - time.monotonic()) > 0:
            used = _used(child)
            if used >= most:
                return "cpu"
            soon = max(_SOON, (most - used) / (os.cpu_count() or 1))
            longest = min(left, soon, math.inf if ended is not None else _PAUSE)
            ready = dict(poll.poll(None if longest == math.inf else math.ceil(longest * 1000)))
            if control.fileno() in ready:
                order = control.receive_order()
                deadline = time.monotonic() + order.seconds
                if order.seconds == math.inf:
                    counted, most = _used(child), math.inf
                else:
                    most = counted + cpu_seconds
            if ended in ready or (ended is None and has_ended(child)):
                return ""
    return "time"


def _used(child: int) -> float:
    """The processor time of a process and all its threads, in seconds: clock_getcpuclockid(3), as Linux numbers it."""
    try:
        return time.clock_gettime((~child << 3) | 2)
    except (OSError, AttributeError):
        return 0.0
