"""The fault dictionary: mistakes that people really make, each the reference with one step changed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from conformance.faults import cells, gradients, layers, layouts, states, sums
from conformance.faults.fault import Fault, Value
from conformance.reference import RNN

__all__ = ["BY_ID", "DICTIONARY", "EQUIVALENT", "Fault", "Value", "plant"]

_ALL = tuple(fault for chapter in (states, cells, layers, layouts, gradients, sums) for fault in chapter.CHAPTER.faults)

#: Every fault that can be observed, in the order of the pipeline step in which it acts.
DICTIONARY = tuple(fault for fault in _ALL if not fault.equivalent)

#: Changes that nothing can observe, each with the reason.
EQUIVALENT = tuple(fault for fault in _ALL if fault.equivalent)

BY_ID = {fault.id: fault for fault in _ALL}


def plant(chosen: Mapping[str, Value]) -> type[RNN]:
    """The reference with these faults, by id and value (None for the first of its grid), in the order of the pipeline.

    Raises KeyError for an unknown id, ValueError for a value that is not in the grid.
    """
    return _plant(tuple(sorted(chosen.items(), key=lambda pair: _ORDER[pair[0]])))


_ORDER = {fault.id: number for number, fault in enumerate(_ALL)}


@cache
def _plant(chosen: tuple[tuple[str, Value], ...]) -> type[RNN]:
    """A class that derives from every fault's: the last acts on what those before it made."""
    bases = tuple(_with_value(BY_ID[identity], value) for identity, value in reversed(chosen))
    return type("+".join(identity for identity, _ in chosen) or "RNN", bases or (RNN,), {})


@cache
def _with_value(fault: Fault, value: Value) -> type[RNN]:
    """A fault's class, at a value of its grid."""
    if value is None or value == fault.values[0]:
        return fault.network
    if value not in fault.values:
        raise ValueError(f"the value of {fault.id} is {value!r}, but should be one of {fault.values}")
    return type(fault.network.__name__, (fault.network,), {fault.name: value})
