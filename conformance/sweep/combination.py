"""Rows of value indices, one index an axis: every combination, or few in which every pair of values meets."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import covertable  # type: ignore[import-untyped]  # it has no type hints

Row = tuple[int, ...]
#: Values that must not meet, as axis: index.
Rule = dict[int, int]


def full(sizes: Sequence[int], forbidden: Sequence[Rule]) -> list[Row]:
    """Every row but those that contain a forbidden rule in full, the last axis changing fastest."""
    rows = itertools.product(*(range(size) for size in sizes))
    return [row for row in rows if not _hit(dict(enumerate(row)), forbidden)]


def pairwise(sizes: Sequence[int], forbidden: Sequence[Rule]) -> list[Row]:
    """Few rows in which every pair of values that may meet does; sorted, the same ones on every machine.

    Raises LookupError naming the pairs if the generator left out possible ones: what a library covers is checked, not
    believed.
    """
    names = [f"axis{axis}" for axis in range(len(sizes))]
    factors = {name: list(range(size)) for name, size in zip(names, sizes, strict=True)}
    if len(sizes) < 2:  # noqa: PLR2004 -- there are no pairs
        return full(sizes, forbidden)
    found = covertable.make(factors, constraints=[_constraint(rule) for rule in forbidden])
    rows = sorted(tuple(row[name] for name in names) for row in found)
    if missing := uncovered(sizes, forbidden, rows):
        raise LookupError(f"pairs of values that may meet, but never do: {missing}")
    return rows


def uncovered(sizes: Sequence[int], forbidden: Sequence[Rule], rows: Iterable[Row]) -> list[Rule]:
    """List every pair of values that a permitted row could have and none of the rows has."""
    met = {pair for row in rows for pair in itertools.combinations(enumerate(row), 2)}
    places = [[(axis, index) for index in range(size)] for axis, size in enumerate(sizes)]
    pairs = [pair for a, b in itertools.combinations(places, 2) for pair in itertools.product(a, b)]
    possible = _possible(sizes, forbidden)
    return [dict(pair) for pair in pairs if pair not in met and possible(dict(pair))]


def _possible(sizes: Sequence[int], forbidden: Sequence[Rule]) -> Callable[[Rule], bool]:
    """Whether a permitted row with these values exists; only the axes that are named in a rule need be tried."""
    named = sorted({axis for rule in forbidden for axis in rule})

    def possible(pair: Rule) -> bool:
        free = [axis for axis in named if axis not in pair]
        tries = itertools.product(*(range(sizes[axis]) for axis in free))
        return any(not _hit(pair | dict(zip(free, values, strict=True)), forbidden) for values in tries)

    return possible


def _hit(row: Rule, forbidden: Sequence[Rule]) -> bool:
    return any(all(row[axis] == index for axis, index in rule.items()) for rule in forbidden)


def _constraint(rule: Rule) -> dict[str, Any]:
    """In covertable's terms: not all of these at once."""
    equal = [{"operator": "eq", "left": f"axis{axis}", "value": index} for axis, index in rule.items()]
    return {"operator": "not", "condition": {"operator": "and", "conditions": equal}}
