"""How an answer differs from torch's, in plain numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Place:
    """The first number that differs: where it stands, what was got and what was wanted.

    `layer`, `direction`, `time_step`, `batch` and `unit` are None where a tensor has no such axis.
    """

    tensor: str
    index: tuple[int, ...]
    layer: int | None
    direction: str | None
    time_step: int | None
    batch: int | None
    unit: int | None
    got: float
    wanted: float
    wrong: int
    size: int


@dataclass(frozen=True, kw_only=True)
class Distance:
    """How far one tensor is from the truth, how far it may be, and their ratio (a pass is at most 1)."""

    error: float
    tolerance: float
    ratio: float


@dataclass(frozen=True, kw_only=True)
class Steps:
    """The greatest error of output at each time step, and the tolerance."""

    tensor: str
    errors: tuple[float, ...]
    tolerance: float


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A task learned step by step, beside torch: the losses before each update, and how far apart they may be.

    `torch` and `losses` are nats a prediction; `losses` is shorter where learning ended early. Accuracies are shares of
    the held-out examples, None where a task has none; `sample` is text that the trained network wrote, torch's beside
    it; `published` is a printed record that the case is compared with, without being judged by it.
    """

    torch: tuple[float, ...]
    losses: tuple[float, ...]
    tolerances: tuple[float, ...]
    torch_accuracy: float | None = None
    accuracy: float | None = None
    torch_sample: str = ""
    sample: str = ""
    published: tuple[float, ...] = ()
