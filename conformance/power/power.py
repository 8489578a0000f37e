"""The power of a suite, as it is written down: what catches each fault, how surely, in pairs, and beside others."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from conformance.record import Json, dump

FORMAT = 1
FILE = "power.json"

#: What the suite promises of every fault that is not equivalent.
ENOUGH = 2


class PowerError(Exception):
    """A file that holds no power of this suite, with a way out."""


@dataclass(frozen=True, kw_only=True)
class FaultPower:
    """How one fault is caught.

    `catches` counts the cases that do, `by_file` each file's. `margin` is the smallest error over tolerance among
    them, that of the case `weakest`; infinite where only shapes, types, NaN or the like give it away. `simplest` is
    the simplest case that catches it. Texts are empty where none does.
    """

    id: str
    what: str
    catches: int
    by_file: dict[str, int]
    margin: float
    weakest: str
    simplest: str


@dataclass(frozen=True, kw_only=True)
class FilePower:
    """One case file: its cases, how many faults they catch, and the faults that no other file's do."""

    file: str
    cases: int
    catches: int
    alone: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Equivalent:
    """A change of which nothing can be seen, with the reason; `catches` counts the cases that saw it all the same."""

    id: str
    reason: str
    catches: int


@dataclass(frozen=True, kw_only=True)
class PairPower:
    """Of so many pairs of faults so many were tried together; `masked` are those that no case catches."""

    possible: int
    tried: int
    masked: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Subset:
    """The fewest cases that catch every fault that the suite catches; fewer may do where it is not `exact`."""

    cases: tuple[str, ...]
    exact: bool


@dataclass(frozen=True, kw_only=True)
class PeerPower:
    """Somebody else's check on the same dictionary.

    `caught` and `missed` are the faults that its form can express; the others stand in `outside`, with the reason.
    """

    name: str
    source: str
    cases: int
    caught: tuple[str, ...]
    missed: tuple[str, ...]
    outside: dict[str, str]

    @property
    def reach(self) -> int:
        """How many faults its form can express."""
        return len(self.caught) + len(self.missed)


@dataclass(frozen=True, kw_only=True)
class Power:
    """The power of a suite, measured on the fault dictionary."""

    suite_version: str
    suite_digest: str
    seed: int
    versions: dict[str, str]
    cases: int
    faults: tuple[FaultPower, ...]
    files: tuple[FilePower, ...]
    equivalent: tuple[Equivalent, ...]
    pairs: PairPower
    subset: Subset
    peers: tuple[PeerPower, ...] = ()
    suite_errors: tuple[str, ...] = ()  # the cases that catch nothing because they are themselves at fault
    seconds: float = 0.0

    @property
    def weak(self) -> tuple[FaultPower, ...]:
        """The faults that fewer cases catch than should, none or one."""
        return tuple(fault for fault in self.faults if fault.catches < ENOUGH)

    @property
    def caught(self) -> int:
        """How many faults are caught."""
        return sum(fault.catches > 0 for fault in self.faults)

    @property
    def sufficient(self) -> bool:
        """Whether every fault is caught by enough cases, no pair escapes, and no equivalent change is caught."""
        return not (self.weak or self.pairs.masked or any(e.catches for e in self.equivalent))

    def to_json(self) -> str:
        """One JSON document; infinities as strings, since JSON has none."""
        return dump({"type": "power", "format": FORMAT, **dataclasses.asdict(self)})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Rebuild what `to_json` wrote; raises PowerError for anything else."""
        try:
            data = json.loads(text)
            if (data["type"], data["format"]) != ("power", FORMAT):
                raise PowerError(f"its format is {data['format']}, but should be {FORMAT}: measure the power again")
            return cls(**{f.name: _rebuilt(f.name, data[f.name]) for f in dataclasses.fields(cls)})
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise PowerError(f"it is no file that `rnn-conformance power` wrote ({error})") from None


def read(path: Path, digest: str) -> Power:
    """The power of the suite with this digest; PowerError where there is none in the file, or that of another suite."""
    try:
        power = Power.from_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise PowerError(f"{path} cannot be read: {error}") from None
    except PowerError as error:
        raise PowerError(f"{path}: {error}") from None
    if power.suite_digest != digest:
        raise PowerError(
            f"{path} holds the power of suite {power.suite_version} ({power.suite_digest[:12]}), but should that of "
            f"({digest[:12]}): measure it again with `rnn-conformance power`"
        )
    return power


def _rebuilt(name: str, value: Json) -> Any:
    """A field of Power as it was: dataclasses for dicts, tuples for lists."""
    many: Mapping[str, Any] = {"faults": FaultPower, "files": FilePower, "equivalent": Equivalent, "peers": PeerPower}
    if name in many:
        return tuple(_made(many[name], item) for item in value)
    if name == "pairs":
        return _made(PairPower, value | {"masked": [tuple(pair) for pair in value["masked"]]})
    return _made(Subset, value) if name == "subset" else _tuple(value)


def _made(kind: Any, value: dict[str, Json]) -> Any:
    """One dataclass from its fields."""
    return kind(**{name: float(item) if name == "margin" else _tuple(item) for name, item in value.items()})


def _tuple(value: Json) -> Any:
    return tuple(value) if isinstance(value, list) else value
