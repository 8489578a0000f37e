"""What an adapter's constructor declines: the options of torch's that a subject does not offer."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.scaffold.insight import Insight


@dataclass(frozen=True)
class Declined:
    """A condition on torch's arguments, as Python, and why it cannot be met.

    `is_open`: it could perhaps be met, if its user filled in how.
    """

    condition: str
    why: str
    is_open: bool = False


def declined(insight: Insight) -> list[Declined]:
    """Everything to decline, in the order of torch's arguments."""
    name, has_bias = insight.name, insight.wiring.has_bias
    found = []
    if insight.layered:
        found.append(Declined("dropout and num_layers > 1", "random dropout masks cannot be compared"))
    else:
        found.append(_option(insight, "num_layers", "num_layers != 1", f"{name} has one layer"))
    if not insight.offers("nonlinearity"):
        refusal = f"{name} has no choice of nonlinearity"
        found.append(_option(insight, "nonlinearity", 'nonlinearity != "tanh"', refusal))
    if not insight.wiring.missing and not insight.offers("bias"):
        always, never = Declined("not bias", f"{name} always adds a bias"), Declined("bias", f"{name} has no bias")
        found.append(always if has_bias else never)
    if not insight.offers("bidirectional"):
        found.append(_option(insight, "bidirectional", "bidirectional", f"{name} has one direction"))
    return found


def _option(insight: Insight, option: str, condition: str, why: str) -> Declined:
    """What is not offered, or what could not be settled."""
    unsettled = dict(insight.unsettled)
    if option in unsettled:
        return Declined(condition, f"{option}: {unsettled[option]}", is_open=True)
    return Declined(condition, why)
