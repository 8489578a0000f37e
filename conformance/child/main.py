"""The warm parent: has everything imported, forks a child a case, watches it, and reports how it ended."""

from __future__ import annotations

import contextlib
import gc
import importlib
import math
import os
import select
import signal
import socket
import time
from collections.abc import Sequence
from dataclasses import replace

from conformance.child.case_child import answer
from conformance.child.compiling import compiled
from conformance.child.control import Control, Order, Report
from conformance.child.files import FORBIDDEN
from conformance.child.program import Program
from conformance.child.warming import warm, warm_torch
from conformance.child.watching import ending, has_ended
from conformance.confinement.confined import Confined
from conformance.quiet import quiet

_LONGEST_SOURCE = 1 << 30  # the judge has looked at it
#: Without descriptors of processes (Linux has them), how often to look, in milliseconds.
_PAUSE = 2


def main(confined: Confined, arguments: Sequence[str]) -> None:
    """Serve the judge on the descriptor of the first argument; then the file's name, an attribute, and `torch` or "".

    With torch a submission may import it: it has been imported here.
    """
    with_torch = arguments[3:] == ["torch"]
    control = Control(socket.socket(fileno=int(arguments[0])))
    with contextlib.suppress(EOFError), quiet():  # EOFError: the judge is gone
        program = Program(control.receive_bytes(_LONGEST_SOURCE), arguments[1])
        control.send_bytes("\n".join(reachable(with_torch=with_torch)).encode())
        warm()
        if with_torch:
            warm_torch()
        program = replace(program, code=compiled(confined, program, control))
        gc.collect()
        gc.freeze()  # what is here stays here, so that no child copies it to count it
        while True:
            order = control.receive_order()
            if order.descriptors:  # what is said of a case may come when it has just ended
                control.send_report(_run(order, control, confined, program, arguments[2]))


def reachable(*, with_torch: bool = False) -> list[str]:
    """Those of the forbidden modules that can be imported all the same."""
    found = []
    for name in FORBIDDEN:
        if with_torch and name == "torch":
            continue
        with contextlib.suppress(ImportError, OSError):
            importlib.import_module(name)
            found.append(name)
    return found


def _run(order: Order, control: Control, confined: Confined, program: Program, attribute: str) -> Report:
    """One case in a child of its own, which is gone when this returns."""
    child = os.fork()
    if child == 0:
        control.close()
        answer(confined, program, attribute, *order.descriptors)
    for descriptor in order.descriptors:
        os.close(descriptor)
    try:
        overdue = _watch(child, control)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        _, status, used = os.wait4(child, 0)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child, signal.SIGKILL)  # where a layer does not forbid it, it may have had children
    code = os.waitstatus_to_exitcode(status)
    return Report(order.number, code, overdue, used.ru_utime + used.ru_stime, used.ru_maxrss << 10)


def _watch(child: int, control: Control) -> bool:
    """Wait until a child has ended or is to be ended; True where it was overdue. EOFError where the judge is gone.

    It waits for its question as long as the judge likes; its time begins when the judge says so.
    """
    deadline = math.inf
    with contextlib.ExitStack() as stack:
        poll = select.poll()
        poll.register(control, select.POLLIN)
        ended = ending(child, stack)
        if ended is not None:
            poll.register(ended, select.POLLIN)
        while (left := deadline - time.monotonic()) > 0:
            longest = None if left == math.inf else 1 + int(left * 1000)
            ready = dict(poll.poll(longest if ended is not None else _PAUSE))
            if control.fileno() in ready:
                deadline = time.monotonic() + control.receive_order().seconds  # of this case: there is no other
            if ended in ready or (ended is None and has_ended(child)):
                return False
    return True
