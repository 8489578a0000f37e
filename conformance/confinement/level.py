"""A level: which layers a verdict rests on, which levels this machine offers, and which one is asked for."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping
from enum import StrEnum

from conformance.confinement.landlock import Landlock
from conformance.confinement.layer import Layer, NotJudgedError
from conformance.confinement.limits import Limits
from conformance.confinement.namespaces import Namespaces
from conformance.confinement.privileges import Privileges
from conformance.confinement.proof import prove
from conformance.confinement.seccomp import Seccomp
from conformance.confinement.start import Confinement

REQUIRE = "RNN_CONFORMANCE_REQUIRE"
_SEE = "`rnn-conformance gate --doctor` shows every layer"


class Level(StrEnum):
    """A is the strongest. C keeps accidents in, not attacks, and gives no verdict."""

    A = "A"
    B = "B"
    C = "C"

    @property
    def layers(self) -> tuple[type[Layer], ...]:
        """The kinds of layers that it needs, all of them."""
        return _LAYERS[self]

    def holds(self, other: Level) -> bool:
        """Whether it is at least as strong as another."""
        return self.value <= other.value


_LAYERS: Mapping[Level, tuple[type[Layer], ...]] = {
    Level.A: (Namespaces, Privileges, Limits, Landlock, Seccomp),
    Level.B: (Privileges, Limits, Landlock, Seccomp),
    Level.C: (Limits,) if not Limits.missing() else (),
}


@functools.cache
def lacking(level: Level) -> str:
    """Why this machine does not offer a level, as a sentence, found by a trial; empty where it does."""
    try:
        with Confinement.prepare(level.layers) as confinement:
            prove(confinement)
    except NotJudgedError as error:
        return str(error)
    return ""


def strongest(lacks: Callable[[Level], str] | None = None) -> Level:
    """The strongest level that this machine proves to offer."""
    lacks = lacks or lacking
    return next((level for level in (Level.A, Level.B) if not lacks(level)), Level.C)


def required(environment: Mapping[str, str] = os.environ) -> Level:
    """The weakest level that may judge: B, or what RNN_CONFORMANCE_REQUIRE says; raises NotJudgedError for nonsense."""
    said = environment.get(REQUIRE, "").strip().upper() or Level.B.value
    try:
        return Level(said)
    except ValueError:
        raise NotJudgedError(f"{REQUIRE} is {environment[REQUIRE]!r}, but should be A, B or C") from None


def settled(
    asked: Level | None = None,
    *,
    advisory: bool = False,
    environment: Mapping[str, str] = os.environ,
    lacks: Callable[[Level], str] | None = None,
) -> Level:
    """The level to judge at: the one asked for, else the strongest; raises NotJudgedError where that is too weak.

    Level C judges only where `advisory` says that no verdict is wanted, or RNN_CONFORMANCE_REQUIRE allows it. `lacks`
    says why a level is not offered, by a trial; empty where it is.
    """
    lacks = lacks or lacking
    weakest = Level.C if advisory and REQUIRE not in environment else required(environment)
    if asked is None:
        # Where nothing less than A will do and A is refused, the reason is A's, not that B is there.
        level = strongest(lacks)
        reason = f": {lacks(weakest)}" if not level.holds(weakest) else ""
        met = f"this machine offers level {level}{reason}"
    else:
        level, met = asked, f"level {asked} is asked for"
    if not level.holds(weakest):
        why = f"{REQUIRE}={weakest} asks for {weakest}" if REQUIRE in environment else f"a verdict needs {weakest}"
        raise NotJudgedError(f"not judged: {why}, but {met} ({_SEE})")
    if asked is not None and (missing := lacks(asked)):
        raise NotJudgedError(f"not judged: level {asked} is asked for, but {missing} ({_SEE})")
    return level
