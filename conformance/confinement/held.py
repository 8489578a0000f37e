"""A confinement that is proven to hold: chosen, prepared and tried, and then used as it was tried."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from conformance.confinement.attempt import Attempt
from conformance.confinement.layer import NotJudgedError
from conformance.confinement.level import Level, settled
from conformance.confinement.limits import Limits
from conformance.confinement.proof import prove
from conformance.confinement.start import Confinement
from conformance.confinement.visible import Visible


@dataclass(frozen=True)
class Held:
    """A level, its confinement, and what was attempted from inside it."""

    level: Level
    confinement: Confinement
    evidence: tuple[Attempt, ...]


@contextlib.contextmanager
def held(
    asked: Level | None, limits: Limits, visible: Visible, *,
    advisory: bool = False, environment: Mapping[str, str] = os.environ,
) -> Iterator[Held]:  # fmt: skip
    """The level asked for, or the strongest, with these limits and files; raises NotJudgedError where it is too weak.

    What a submission will run in is tried itself, once, and kept.
    """
    with contextlib.ExitStack() as stack:
        found: dict[Level, Held] = {}
        why: dict[Level, str] = {}

        def lacks(level: Level) -> str:
            if level not in why:
                try:
                    found[level], why[level] = _tried(level, limits, visible, stack), ""
                except NotJudgedError as error:
                    why[level] = str(error)
            return why[level]

        level = settled(asked, advisory=advisory, environment=environment, lacks=lacks)
        if missing := lacks(level):
            raise NotJudgedError(f"not judged: {missing}")
        yield found[level]


def _tried(level: Level, limits: Limits, visible: Visible, stack: contextlib.ExitStack) -> Held:
    """The level's confinement, kept open by the stack; raises NotJudgedError where it does not hold."""
    with contextlib.ExitStack() as own:
        confinement = own.enter_context(Confinement.prepare(level.layers, limits, visible))
        evidence = prove(confinement)
        stack.push(own.pop_all())
        return Held(level, confinement, evidence)
