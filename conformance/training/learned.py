"""What came of learning: the losses, the parameters at the end, and how it ended where it did before that."""

from __future__ import annotations

from dataclasses import dataclass, field

from conformance.arguments import Array
from conformance.observation import Declined, Lost, Raised
from conformance.status import Layer


@dataclass(frozen=True)
class Unreadable:
    """An answer that cannot be learned from: what is wrong with it, and at which step."""

    layer: Layer
    why: str


@dataclass(frozen=True)
class Learned:
    """The loss before each update (nats a prediction), and what was left at the end.

    `parameters` are the layer's by torch's names, then the head's; empty where learning `ended` early. `accuracy` is
    the share of what was held out that was told right, `sample` text that was written.
    """

    losses: tuple[float, ...]
    parameters: dict[str, Array] = field(default_factory=dict)
    accuracy: float | None = None
    sample: str = ""
    ended: Raised | Declined | Lost | Unreadable | None = None
