"""What a run leaves behind: a header, what became of each case, and the whole of it read back."""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass, field
from typing import Any, Self

from conformance.connection import Connection
from conformance.difference import Curve, Distance, Place, Steps
from conformance.finding import Diagnosis
from conformance.status import Layer, Status

FORMAT = 3
Json = Any  # what json.loads returns


@dataclass(frozen=True, kw_only=True)
class Record:
    """What became of one case with one implementation."""

    implementation: str
    case: str
    asks: str
    dtype: str
    status: Status
    layer: Layer | None = None
    why: str = ""
    torch_type: bool | None = None  # validation: whether the exception's type is torch's own
    settings: dict[str, Json] = field(default_factory=dict)
    file: str = ""
    line: int = 0
    complexity: tuple[int, ...] = ()
    distances: dict[str, Distance] = field(default_factory=dict)
    place: Place | None = None
    steps: Steps | None = None
    curve: Curve | None = None  # training alone
    visible: bool = True  # to the author of what was judged; everything is, to whoever judges

    @property
    def key(self) -> tuple[str, str, str]:
        """No two records of a file share it."""
        return (self.implementation, self.case, self.dtype)

    def to_json(self) -> str:
        """One line of JSON; infinities and NaN as strings, since JSON has none."""
        return dump({"type": "result", **dataclasses.asdict(self)})

    @classmethod
    def from_json(cls, data: dict[str, Json]) -> Self:
        """Rebuild what `to_json` wrote."""
        values = {name: data[name] for name in (f.name for f in dataclasses.fields(cls))}
        values["status"] = Status(values["status"])
        values["layer"] = Layer(values["layer"]) if values["layer"] else None
        values["complexity"] = tuple(values["complexity"])
        values["distances"] = {name: Distance(**_floats(d)) for name, d in values["distances"].items()}
        if values["place"]:
            place = _floats(values["place"])
            values["place"] = Place(**place | {"index": tuple(place["index"])})
        if values["steps"]:
            steps = _floats(values["steps"])
            values["steps"] = Steps(**steps | {"errors": tuple(_floats({"e": e})["e"] for e in steps["errors"])})
        if values["curve"]:
            values["curve"] = _curve(values["curve"])
        return cls(**values)


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One implementation of a run: what it is, how many cases it must answer, and what it is expected to get wrong."""

    name: str
    description: str = ""
    origin: str = ""
    expected: int = 0
    expectation: dict[str, Json] | None = None  # <name>.expected.yaml
    stale: tuple[str, ...] = ()  # entries of <name>.known.yaml that match no case


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """One implementation that cannot be run here, and why: it stands in no count, and is not a success either."""

    name: str
    why: str


@dataclass(frozen=True, kw_only=True)
class GateLayer:
    """One layer that a submission was shut in by, or should have been: what stands behind it, and what proved it.

    `evidence` are the attempts that were made from inside, each with what came of it.
    """

    name: str
    active: bool
    required: bool
    version: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Gate:
    """How a submission was shut in: the level, its layers, its file's hash and what it was allowed.

    `verdict` is false for an advisory run, at a level too weak for one; `limits` are in the units of `gate --help`.
    """

    level: str
    verdict: bool
    system: str
    layers: tuple[GateLayer, ...]
    submission: str
    sha256: str
    with_torch: bool
    limits: dict[str, float]

    @classmethod
    def from_json(cls, data: dict[str, Json]) -> Self:
        """Rebuild what a header's line holds."""
        layers = tuple(GateLayer(**layer | {"evidence": tuple(layer["evidence"])}) for layer in data["layers"])
        return cls(**data | {"layers": layers})


@dataclass(frozen=True, kw_only=True)
class Header:
    """What was to be run, on what, by which command."""

    suite_version: str
    suite_digest: str
    seed: int
    scope: dict[str, str]
    command: str
    versions: dict[str, str]
    platform: str
    threads: int
    started: str
    implementations: tuple[Planned, ...]
    skipped: tuple[Skipped, ...] = ()
    gate: Gate | None = None

    def to_json(self) -> str:
        """One line of JSON."""
        return dump({"type": "header", "format": FORMAT, **dataclasses.asdict(self)})

    @classmethod
    def from_json(cls, data: dict[str, Json]) -> Self:
        """Rebuild what `to_json` wrote."""
        values = {name: data[name] for name in (f.name for f in dataclasses.fields(cls))}
        planned = tuple(Planned(**p | {"stale": tuple(p["stale"])}) for p in values["implementations"])
        skipped = tuple(Skipped(**s) for s in values["skipped"])
        gate = Gate.from_json(values["gate"]) if values["gate"] else None
        return cls(**values | {"implementations": planned, "skipped": skipped, "gate": gate})


@dataclass(frozen=True, kw_only=True)
class Run:
    """A record file, read back and found whole (or marked incomplete by the run itself)."""

    header: Header
    connections: tuple[Connection, ...]
    records: tuple[Record, ...]
    complete: bool
    seconds: float
    diagnoses: tuple[Diagnosis, ...] = ()  # of the implementations that are wrong and were diagnosed


def dump(value: Json) -> str:
    """Compact JSON in which infinities and NaN are strings, since JSON has none."""
    return json.dumps(_plain(value), allow_nan=False, separators=(",", ":"))


def _plain(value: Json) -> Json:
    """Replace what JSON cannot say."""
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _floats(data: dict[str, Json]) -> dict[str, Json]:
    """Turn the strings of `dump` back into infinities and NaN."""
    return {k: float(v) if v in ("nan", "inf", "-inf") and k != "tensor" else v for k, v in data.items()}


def _curve(data: dict[str, Json]) -> Curve:
    """Rebuild a curve; ValueError or TypeError where it is none."""
    values: dict[str, Json] = {
        name: tuple(map(float, value)) if isinstance(value, list) else value for name, value in data.items()
    }
    curve = Curve(**values)
    lists, shares = (curve.losses, curve.tolerances, curve.published), (curve.torch_accuracy, curve.accuracy)
    if not all(isinstance(one, tuple) for one in (curve.torch, *lists)):
        raise TypeError("a curve is made of lists of numbers")
    if not all(one is None or isinstance(one, float | int) for one in shares):
        raise TypeError("an accuracy is a number")
    if not all(isinstance(text, str) for text in (curve.torch_sample, curve.sample)):
        raise TypeError("a sample is text")
    if not len(curve.torch) == len(curve.tolerances) >= len(curve.losses) > 0:
        raise ValueError("a curve has as many tolerances as losses of torch, and no more losses than those")
    return curve
