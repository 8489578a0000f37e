"""Hints: what a question says besides, which an implementation may heed and need not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from conformance.wire.value import Value

_GENERATORS, _NETWORK, _ONLY = "generators", "network", "only"
#: The names of their entries in a CASE.
HINTS = (_GENERATORS, _NETWORK, _ONLY)
#: What can be left to do with a network that was kept.
STEPS = ("load", "forward", "backward")


@dataclass(frozen=True)
class Hints:
    """What may be ignored: the rest of the question is whole without it.

    `generators`: what the usual random generators are to be set to before the network is built. `network`: questions
    with one number are about one network, which may be kept from question to question; of `STEPS`, `only` these are
    left to do with it: what is not among them was done for the question before, with the same arguments.
    """

    generators: int | None = None
    network: int | None = None
    only: tuple[str, ...] = ()


def hint_entries(hints: Hints) -> dict[str, Value]:
    """The entries that tell of hints; none where there are none."""
    entries: dict[str, Value] = {}
    if hints.generators is not None:
        entries[_GENERATORS] = hints.generators
    if hints.network is not None:
        entries |= {_NETWORK: hints.network, _ONLY: " ".join(hints.only)}
    return entries


def read_hints(entries: Mapping[str, Value]) -> Hints:
    """The hints in a question; what cannot be understood is ignored."""
    only = entries.get(_ONLY)
    steps = tuple(step for step in STEPS if step in only.split()) if isinstance(only, str) else ()
    return Hints(_number(entries.get(_GENERATORS)), _number(entries.get(_NETWORK)), steps)


def _number(value: Value) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
