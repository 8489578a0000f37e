"""Relations that hold between the answers of any right network: each narrows down where a wrong one goes wrong.

They need no torch: an implementation is compared with itself.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from conformance.arguments import Arguments, Array, state_shape
from conformance.case import Case

Outputs = tuple[Array, Array]
Ask = Callable[[Case, Arguments], Outputs | None]
Pair = tuple[Array, Array]

#: How near two answers must be, of the larger; far looser than a verdict, since only plain breaks are told.
_NEAR = {"float64": 1e-9, "float32": 1e-4}


@dataclass(frozen=True)
class Relation:
    """What should be equal, in words, and the arrays that should be; no arrays where it does not apply."""

    holds: str
    breaks: str
    sides: Callable[[Ask, Case, Arguments], list[Pair] | None]


def broken(ask: Ask, case: Case, arguments: Arguments) -> Iterator[tuple[Relation, bool]]:
    """Each relation that could be tried on one case, and whether it is broken."""
    for relation in RELATIONS:
        try:
            pairs = relation.sides(ask, case, arguments)
        except (IndexError, TypeError, ValueError):  # its answers are not even shaped so that they can be compared
            continue
        if pairs is not None:
            yield relation, not all(_equal(one, other, case.dtype) for one, other in pairs)


def _equal(one: Array, other: Array, dtype: str) -> bool:
    if one.shape != other.shape:
        return False
    finite = np.isfinite(one)
    largest = float(np.max(np.abs(one), initial=1.0, where=finite))
    with np.errstate(invalid="ignore"):
        near = np.where(finite, np.abs(one - other) <= _NEAR[dtype] * largest, one == other)
    return bool(np.all(near | (np.isnan(one) & np.isnan(other))))


def _unbatched(ask: Ask, case: Case, arguments: Arguments) -> list[Pair] | None:
    if not case.batch_size:
        return None
    one, first = _last(case, arguments)
    axis = 0 if case.batch_first else 1
    h_0 = None if first.h_0 is None else first.h_0[:, 0]
    alone = dataclasses.replace(first, input=first.input.take(0, axis=axis), h_0=h_0)
    drop = lambda o: (o[0].take(0, axis=axis), o[1][:, 0])  # noqa: E731
    return _both(ask(one, first), ask(dataclasses.replace(case, batch_size=None), alone), drop)


def _last(case: Case, arguments: Arguments) -> tuple[Case, Arguments]:
    """The last sequence of a batch, as a batch of one; what serves a whole batch is often made from the first."""
    h_0 = None if arguments.h_0 is None else arguments.h_0[:, -1:].copy()
    sequence = arguments.input.take([-1], axis=0 if case.batch_first else 1)
    return dataclasses.replace(case, batch_size=1), dataclasses.replace(arguments, input=sequence, h_0=h_0)


def _batch_first(ask: Ask, case: Case, arguments: Arguments) -> list[Pair] | None:
    if not case.batched:
        return None
    turned = dataclasses.replace(arguments, input=arguments.input.swapaxes(0, 1).copy())
    other = dataclasses.replace(case, batch_first=not case.batch_first)
    return _both(ask(case, arguments), ask(other, turned), lambda o: (o[0].swapaxes(0, 1), o[1]))


def _zeros(ask: Ask, case: Case, arguments: Arguments) -> list[Pair] | None:
    shape = state_shape(case)
    absent = dataclasses.replace(arguments, h_0=None)
    given = dataclasses.replace(arguments, h_0=np.zeros(shape, case.dtype))
    none, some = dataclasses.replace(case, h_0="absent"), dataclasses.replace(case, h_0="given")
    return _both(ask(none, absent), ask(some, given))


def _alone(ask: Ask, case: Case, arguments: Arguments) -> list[Pair] | None:
    if not case.batched or (case.batch_size or 0) < 2:  # noqa: PLR2004 -- one sequence is always alone
        return None
    axis = 0 if case.batch_first else 1
    cut = lambda o: (o[0].take([-1], axis=axis), o[1][:, -1:])  # noqa: E731
    return _both(ask(case, arguments), ask(*_last(case, arguments)), cut)


def _halves(ask: Ask, case: Case, arguments: Arguments) -> list[Pair] | None:
    if case.bidirectional or case.seq_len < 2:  # noqa: PLR2004 -- there is no half of one step
        return None
    axis = 1 if case.batch_first and case.batched else 0
    half = case.seq_len // 2
    early, late = np.split(arguments.input, [half], axis=axis)
    first = ask(dataclasses.replace(case, seq_len=half), dataclasses.replace(arguments, input=early.copy()))
    whole = ask(case, arguments)
    if first is None or whole is None:
        return None
    rest = dataclasses.replace(case, seq_len=case.seq_len - half, h_0="given")
    second = ask(rest, dataclasses.replace(arguments, input=late.copy(), h_0=first[1].copy()))
    if second is None:
        return None
    return [(whole[0], np.concatenate([first[0], second[0]], axis=axis)), (whole[1], second[1])]


def _future(ask: Ask, case: Case, arguments: Arguments) -> list[Pair] | None:
    if case.bidirectional or case.seq_len < 2:  # noqa: PLR2004 -- there is no later step
        return None
    axis = 1 if case.batch_first and case.batched else 0
    other = arguments.input.copy()
    np.moveaxis(other, axis, 0)[-1] += 1
    before, after = ask(case, arguments), ask(case, dataclasses.replace(arguments, input=other))
    if before is None or after is None:
        return None
    return [(np.moveaxis(before[0], axis, 0)[:-1], np.moveaxis(after[0], axis, 0)[:-1])]  # h_n may differ


def _direction(ask: Ask, case: Case, arguments: Arguments) -> list[Pair] | None:
    if not case.bidirectional or case.num_layers > 1:
        return None
    own = {name: array for name, array in arguments.parameters.items() if not name.endswith("_reverse")}
    h_0 = None if arguments.h_0 is None else arguments.h_0[:1].copy()
    single = dataclasses.replace(arguments, parameters=own, h_0=h_0)
    both, one = ask(case, arguments), ask(dataclasses.replace(case, bidirectional=False), single)
    return _both(both, one, lambda o: (o[0][..., : case.hidden_size], o[1][:1]))


def _both(
    one: Outputs | None, other: Outputs | None, change: Callable[[Outputs], Outputs] = lambda outputs: outputs
) -> list[Pair] | None:
    """Both answers side by side, the first one changed into the other's form."""
    return None if one is None or other is None else list(zip(change(one), other, strict=True))


RELATIONS = (
    Relation(
        "unbatched input gives what a batch of one gives",
        "unbatched input gives something else than a batch of one",
        _unbatched,
    ),
    Relation("batch_first only swaps axes", "batch_first does more than swap axes", _batch_first),
    Relation("h_0 of zeros gives what no h_0 gives", "h_0 of zeros gives something else than no h_0", _zeros),
    Relation(
        "a sequence gives in a batch what it gives alone",
        "a sequence gives in a batch something else than alone",
        _alone,
    ),
    Relation(
        "a sequence in two halves, the state handed on, gives what it gives as a whole",
        "a sequence in two halves, the state handed on, gives something else than as a whole",
        _halves,
    ),
    Relation("later inputs leave earlier outputs alone", "later inputs change earlier outputs", _future),
    Relation(
        "a bidirectional layer's forward half is what one direction gives",
        "a bidirectional layer's forward half is something else than what one direction gives",
        _direction,
    ),
)
