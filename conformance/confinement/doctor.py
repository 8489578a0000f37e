"""The doctor: every layer on this machine, proven alone by its effect, and the levels that they make."""

from __future__ import annotations

import os
import platform
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from conformance.confinement.attempt import Attempt
from conformance.confinement.confined import ORDER
from conformance.confinement.layer import Layer, NotJudgedError
from conformance.confinement.level import Level, lacking, required, strongest
from conformance.confinement.proof import attempts
from conformance.confinement.start import Confinement

_WIDTH = 80


@dataclass(frozen=True, kw_only=True)
class LayerFinding:
    """One layer: whether it is offered, whether it held when it was alone, and the evidence.

    `why` says what is missing or did not hold, `version` what stands behind it, `required` whether the level that is
    required here needs it.
    """

    layer: str
    what: str
    offered: bool
    active: bool
    required: bool
    version: str
    why: str
    evidence: tuple[Attempt, ...]


@dataclass(frozen=True, kw_only=True)
class Machine:
    """All that the doctor found: the system, the layers, the levels (each with why not, empty where it is offered)."""

    system: str
    layers: tuple[LayerFinding, ...]
    levels: tuple[tuple[Level, str], ...]
    strongest: Level
    required: Level


def findings(weakest: Level = Level.B) -> tuple[LayerFinding, ...]:
    """Every layer, tried alone."""
    return tuple(_finding(kind, weakest) for kind in ORDER)


def examined(environment: Mapping[str, str] = os.environ) -> Machine:
    """The whole machine, for the level that RNN_CONFORMANCE_REQUIRE asks for; raises NotJudgedError for nonsense."""
    weakest = required(environment)
    return Machine(
        system=system(),
        layers=findings(weakest),
        levels=tuple((level, lacking(level)) for level in Level),
        strongest=strongest(),
        required=weakest,
    )


def table(machine: Machine) -> str:
    """What was found, in words, for a terminal of 80 columns."""
    return "\n".join(_lines(machine))


def _finding(kind: type[Layer], weakest: Level) -> LayerFinding:
    why, version, evidence = kind.missing(), "", tuple[Attempt, ...]()
    offered = not why
    if offered:
        try:
            version = kind.version()
            with Confinement.prepare([kind]) as alone:
                evidence = attempts(alone, alone.confined.layers[0].must_refuse())
        except NotJudgedError as error:
            why = str(error)
        reached = [each for each in evidence if each.reached]
        why = why or "; ".join(f"it let through: {each.name} ({each.happened})" for each in reached)
    return LayerFinding(
        layer=kind.name, what=kind.what, offered=offered, active=not why, required=kind in weakest.layers,
        version=version, why=why, evidence=evidence,
    )  # fmt: skip


def _lines(machine: Machine) -> Iterator[str]:
    yield machine.system
    yield ""
    for found in machine.layers:
        state = "holds" if found.active else "does not hold" if found.offered else "missing"
        need = "required" if found.required else "not required"
        about = f" ({found.version})" if found.version else ""
        yield f"{'✓' if found.active else '✗'} {found.layer:<11} {state}, {need}{about}"
        yield from _wrapped(found.what)
        if found.why:
            yield from _wrapped(found.why)
        for happened, names in _refused(found.evidence).items():
            yield from _wrapped(f"refused ({happened}): {', '.join(names)}")
    yield ""
    for level, why in machine.levels:
        yield from _wrapped(f"level {level}: {why or 'offered'}", indent=0)
    verdict = "may judge" if machine.strongest.holds(machine.required) else "may not judge: it ends with exit code 3"
    yield f"Strongest: {machine.strongest}. Required: {machine.required}. The gate {verdict}."


def _refused(evidence: Iterable[Attempt]) -> dict[str, list[str]]:
    """What was refused, by how."""
    grouped: dict[str, list[str]] = {}
    for each in evidence:
        if not each.reached:
            grouped.setdefault(each.happened, []).append(each.name)
    return grouped


def _wrapped(text: str, indent: int = 4) -> list[str]:
    space = " " * indent
    return textwrap.wrap(text, _WIDTH, initial_indent=space, subsequent_indent=space or "  ")


def system() -> str:
    """The system of a machine, and whether we are root on it."""
    return f"{platform.system()} {platform.release()} {platform.machine()}, {_user()}"


def _user() -> str:
    return "as root" if getattr(os, "geteuid", lambda: 1)() == 0 else "not as root"
