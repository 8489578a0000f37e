"""Trying in a forked child what its layers must refuse; the child may die of it."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Sequence

from conformance.confinement.attempt import Attempt, Targets
from conformance.confinement.attempts import attempt


def tried(names: Sequence[str], targets: Targets, put_on: Callable[[], None]) -> tuple[Attempt, ...]:
    """Every attempt, made in a child after it put its layers on; after one that kills it the rest go on in another."""
    made: list[Attempt] = []
    while len(made) < len(names):
        told, ended = _in_a_child(names[len(made) :], targets, put_on)
        made.extend(told)
        if len(made) < len(names):
            made.append(Attempt(names[len(made)], reached=False, happened=ended))
    return tuple(made)


def _in_a_child(names: Sequence[str], targets: Targets, put_on: Callable[[], None]) -> tuple[list[Attempt], str]:
    """What one child could tell before it ended, and how it ended."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _tell(names, targets, put_on, writing)
    os.close(writing)
    with open(reading, encoding="utf-8") as stream:  # noqa: PTH123
        told = [Attempt(*json.loads(line)) for line in stream if line.endswith("\n")]
    _, status = os.waitpid(child, 0)
    return told, ending(status)


def _tell(names: Sequence[str], targets: Targets, put_on: Callable[[], None], writing: int) -> None:
    """Never returns: whatever happens, this process ends here."""
    try:
        put_on()
        for name in names:
            made = attempt(name, targets)
            os.write(writing, f"{json.dumps([made.name, made.reached, made.happened])}\n".encode())
    except BaseException as error:  # noqa: BLE001 -- a layer that cannot be put on must not let its probe look refused
        lines = [json.dumps([name, True, f"not put on: {error}"]) for name in names]
        os.write(writing, "".join(f"{line}\n" for line in lines).encode())
    finally:
        os._exit(0)


def ending(status: int) -> str:
    """How a process ended, in words, from what waitpid says."""
    code = os.waitstatus_to_exitcode(status)
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
