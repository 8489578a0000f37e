"""Sameness: whether two networks did the same, bit by bit, so that one verdict serves both."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.implementation import is_plain_array
from conformance.observation import Answered, Observation


def same(one: Observation, other: Observation) -> bool:
    """Whether both answered every call with the same arrays, and changed nothing; anything else counts as different."""
    if not (isinstance(one, Answered) and isinstance(other, Answered)):
        return False
    if any((one.changed, one.altered, one.ended, other.changed, other.altered, other.ended)):
        return False
    pairs = zip(_answers(one), _answers(other), strict=False)
    return len(one.calls) == len(other.calls) and all(_equal(*pair) for pair in pairs)


def _answers(observed: Answered) -> Iterator[tuple[object, ...]]:
    """What each call gave: names, then what stands behind them."""
    for call in observed.calls:
        outputs, gradients = call.outputs, call.gradients
        yield outputs if isinstance(outputs, tuple) else (outputs,)
        yield (*gradients, *gradients.values()) if isinstance(gradients, dict) else (gradients,)


def _equal(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    return len(one) == len(other) and all(map(_identical, one, other))


def _identical(one: Any, other: Any) -> bool:
    """Two arrays of the same bits, or two equal names; None, which stands for no gradients, is itself."""
    if is_plain_array(one) and is_plain_array(other):
        like = one.shape == other.shape and one.dtype == other.dtype
        return bool(like and one.tobytes() == other.tobytes())
    return (isinstance(one, str) and one == other) or one is other is None
