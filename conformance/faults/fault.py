"""A fault: a mistake that people make in a recurrent network, as the reference with one step changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from conformance.reference import RNN

Value = float | str | None
Part = Literal["forward", "gradients"]
Network = TypeVar("Network", bound=type[RNN])


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One mistake.

    `what` is a sentence to the person who made it, `hint` says where to look. A fault with a grid has several
    `values`, the first of which is planted unless another is asked for; `name` is the class attribute that holds it,
    no other fault's, and stands in braces in `what`. `part` is what goes wrong first: what forward returns (or does to
    its arguments), or only what backward does. One that changes nothing observable is `equivalent`, with the reason.
    """

    id: str
    what: str
    hint: str
    network: type[RNN]
    part: Part
    name: str = ""
    values: tuple[Value, ...] = (None,)
    equivalent: str = ""

    def sentence(self, value: Value) -> str:
        """What was done wrong, with the value found."""
        return self.what.format(**{self.name: value}) if self.name else self.what


def _with_grid(
    identity: str, what: str, hint: str, network: type[RNN], part: Part, grid: dict[str, tuple[Value, ...]]
) -> Fault:
    """A fault with several values; the class is given the first."""
    ((name, values),) = grid.items()
    setattr(network, name, values[0])
    return Fault(id=identity, what=what, hint=hint, network=network, part=part, name=name, values=values)


class Chapter:
    """Collects the faults of one module, in the order in which they stand there."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self.faults: list[Fault] = []

    def fault(
        self, identity: str, what: str, *, hint: str, equivalent: str = "", **grid: tuple[Value, ...]
    ) -> Callable[[Network], Network]:
        """Enter the class below as a fault; `grid` is at most one attribute of it, with the values to be tried."""

        def enter(network: Network) -> Network:
            self.faults.append(
                Fault(id=identity, what=what, hint=hint, network=network, part=self._part, equivalent=equivalent)
                if not grid
                else _with_grid(identity, what, hint, network, self._part, grid)
            )
            return network

        return enter
