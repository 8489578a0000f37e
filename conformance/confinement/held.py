"""A confinement that is proven to hold: chosen, prepared and tried, and then used as it was tried."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from conformance.confinement.attempt import Attempt
from conformance.confinement.layer import NotJudgedError
from conformance.confinement.level import Level, settled
from conformance.confinement.limits import Limits
from conformance.confinement.proof import proving
from conformance.confinement.start import Confinement
from conformance.confinement.visible import Visible


class Ending(Protocol):
    """Something that was started, and can be ended, more than once."""

    def end(self) -> None:
        """End it."""


Start = Callable[[Confinement], Ending]


@dataclass(frozen=True)
class Held:
    """A level, its confinement, what was attempted from inside it, and what was started in it meanwhile."""

    level: Level
    confinement: Confinement
    evidence: tuple[Attempt, ...]
    started: Any = None


@contextlib.contextmanager
def held(
    asked: Level | None, limits: Limits, visible: Visible, *,
    advisory: bool = False, environment: Mapping[str, str] = os.environ, start: Start | None = None,
) -> Iterator[Held]:  # fmt: skip
    """The level asked for, or the strongest, with these limits and files; raises NotJudgedError where it is too weak.

    What a submission will run in is tried itself, once, and kept. What takes its time and has no need to be held yet,
    since it has read nothing of the submission, is `start`ed beside the trial; at the end of the block it is ended.
    """
    with contextlib.ExitStack() as stack:
        found: dict[Level, Held] = {}
        why: dict[Level, str] = {}

        def lacks(level: Level) -> str:
            if level not in why:
                try:
                    found[level], why[level] = _tried(level, limits, visible, start, stack), ""
                except NotJudgedError as error:
                    why[level] = str(error)
            return why[level]

        level = settled(asked, advisory=advisory, environment=environment, lacks=lacks)
        if missing := lacks(level):
            raise NotJudgedError(f"not judged: {missing}")
        yield found[level]


def _tried(level: Level, limits: Limits, visible: Visible, start: Start | None, stack: contextlib.ExitStack) -> Held:
    """The level's confinement, kept open by the stack; raises NotJudgedError where it does not hold."""
    with contextlib.ExitStack() as own:
        confinement = own.enter_context(Confinement.prepare(level.layers, limits, visible))
        with proving(confinement) as proven:
            started = None if start is None else start(confinement)
            if started is not None:
                own.callback(started.end)
            evidence = proven()
        stack.push(own.pop_all())
        return Held(level, confinement, evidence, started)
