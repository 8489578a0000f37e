"""A notice: the first thing that a peer finds wrong with a network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from conformance.arguments import Array
from conformance.implementation import is_plain_array
from conformance.power.peers.peer import Closeness, Look, Peer, PeerCall, PeerCase
from conformance.quiet import quiet
from conformance.reference import RNN

#: What is true for every peer is kept: a sweep is run with a whole dictionary of networks.
_KEPT = 1024

Answers = list[dict[str, Any]]  # what each call gave, by tensor
_FORWARD = ("output", "h_n")


@dataclass(frozen=True)
class Notice:
    """Which case of a peer noticed something, and what."""

    case: str
    why: str


def notice(peer: Peer, network: type[Any]) -> Notice | None:
    """The first thing that a peer finds wrong with a network class, or None where it passes.

    The class has torch's constructor, load_state_dict, forward and backward; whatever it raises is noticed.
    """
    for case in peer.cases:
        why = _why(peer, case, network)
        if why:
            return Notice(case.name, why)
    return None


def _why(peer: Peer, case: PeerCase, network: type[Any]) -> str:
    """What one case finds wrong, or nothing."""
    try:
        with quiet():
            return next(_differences(peer, case, network), "")
    except Exception as error:  # noqa: BLE001 -- whatever a wrong network does is noticed
        return f"it raised {type(error).__name__}: {error}"


def _differences(peer: Peer, case: PeerCase, network: type[Any]) -> Iterator[str]:
    """A sentence for everything that is not close, in the order in which the peer looks."""
    truths = _truth(case)
    answers: Answers = []
    for number, forward in _walk(case, network, case.dtype, answers):
        for look in (look for look in case.calls[number].looks if (look.tensor in _FORWARD) is forward):
            got = _seen(look, answers, peer.closeness)
            wanted = _seen(look, truths[: number + 1], peer.closeness)
            why = _difference(got, wanted, peer.closeness, look.rtol)
            if why:
                yield f"{look.tensor} of call {number + 1} {why}"


def _seen(look: Look, answers: Answers, closeness: Closeness) -> Any:
    """What a peer sees of a tensor: its view of the latest call's, or of the sum of all."""
    values = [answer[look.tensor] for answer in (answers if look.summed else answers[-1:])]
    if closeness.array and not all(is_plain_array(value) for value in values):
        raise TypeError(f"{look.tensor} is no array")
    arrays = [np.asarray(value) for value in values]
    return look.view(sum(arrays[1:], arrays[0]))


def _difference(got: Array, wanted: Array, closeness: Closeness, rtol: float | None) -> str:
    """How two arrays differ for a peer, or nothing; ValueError where they cannot be compared."""
    if closeness.shape and got.shape != wanted.shape:
        return f"is of shape {got.shape}, but should be of shape {wanted.shape}"
    if closeness.dtype and got.dtype != wanted.dtype:
        return f"is {got.dtype}, but should be {wanted.dtype}"
    if np.allclose(got, wanted, rtol=closeness.rtol if rtol is None else rtol, atol=closeness.atol):
        return ""
    return f"is off by up to {np.max(np.abs(got - wanted), initial=0.0):.2g}"


@lru_cache(maxsize=_KEPT)
def _truth(case: PeerCase) -> Answers:
    """What the reference gives in float64, rounded to the case's own dtype."""
    answers: Answers = []
    for _ in _walk(case, RNN, np.dtype(np.float64), answers):
        pass
    return [{name: np.asarray(value).astype(case.dtype) for name, value in answer.items()} for answer in answers]


def _walk(case: PeerCase, network: type[Any], dtype: np.dtype[Any], answers: Answers) -> Iterator[tuple[int, bool]]:
    """Make the calls on fresh copies in a dtype; yields after each forward, and, where there is one, each backward.

    What each call gives is put into `answers`; a pair says which call it was, and whether it was forward.
    """
    parameters = {name: value.astype(dtype) for name, value in case.parameters.items()}
    for number, call in enumerate(case.calls):
        if case.cell or number == 0:
            instance = network(*case.sizes, **case.arguments)
            instance.load_state_dict(parameters)
        given = [call.input.astype(dtype)]
        if call.carried:
            given.append(np.array(answers[-1]["output"]).reshape(1, -1, case.sizes[1]))
        elif call.h_0 is not None:
            given.append(call.h_0.astype(dtype))
        output, h_n = instance.forward(*given)
        answers.append({"output": output, "h_n": h_n})
        yield number, True
        if call.upstream is not None:
            answers[-1] |= instance.backward(call.upstream.astype(dtype), _no_upstream(case, call, dtype))
            yield number, False


def _no_upstream(case: PeerCase, call: PeerCall, dtype: np.dtype[Any]) -> Array:
    """The upstream gradient of h_n, (L*D, B, H): zeros."""
    batch_size = call.input.shape[0 if case.arguments.get("batch_first") else 1]
    scans = len([name for name in case.parameters if name.startswith("weight_hh")])
    return np.zeros((scans, batch_size, case.sizes[1]), dtype)
