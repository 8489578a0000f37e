"""A peer: somebody else's check of an RNN, put as calls of the contract and what is looked at in the answers."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from conformance.arguments import Array
from conformance.case import Case, Scalar

#: The batch size of an unbatched case that is written as a batch.
_BATCH = 5


def whole(values: Array) -> Array:
    """All numbers of a tensor."""
    return values


@dataclass(frozen=True, kw_only=True)
class Closeness:
    """What a peer calls close: |got - wanted| <= atol + rtol |wanted|, and what else it compares first.

    Without `shape` numbers are compared as NumPy broadcasts them; with `array` only an array is compared at all.
    """

    rtol: float
    atol: float
    array: bool = True
    shape: bool = True
    dtype: bool = False


@dataclass(frozen=True, kw_only=True)
class Look:
    """One tensor that a peer looks at: output, h_n or a gradient by its name, through `view`.

    `summed` adds up what all calls so far gave, as a peer sees gradients that it wants accumulated.
    """

    tensor: str
    view: Callable[[Array], Array] = whole
    summed: bool = False
    rtol: float | None = None  # instead of the peer's own


@dataclass(frozen=True, kw_only=True, eq=False)
class PeerCall:
    """One call: its arrays, the upstream gradient of output where gradients are looked at, and what is looked at.

    Shapes are torch's for the case's configuration. With `carried`, h_0 is what output was in the call before, which
    has one step: what a loop over a cell hands on. Upstream gradients of h_n are zero: no peer has any.
    """

    input: Array
    looks: tuple[Look, ...]
    h_0: Array | None = None
    carried: bool = False
    upstream: Array | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class PeerCase:
    """One network, made with these constructor arguments and parameters, and its calls in order.

    A `cell` keeps nothing but its parameters: each call is made by a network of its own that has the same arrays.
    """

    name: str
    sizes: tuple[int, int]  # input_size, hidden_size
    parameters: Mapping[str, Array]
    calls: tuple[PeerCall, ...]
    arguments: Mapping[str, Scalar] = field(default_factory=dict)
    cell: bool = False

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of all its arrays."""
        return next(iter(self.parameters.values())).dtype


@dataclass(frozen=True, kw_only=True, eq=False)
class Peer:
    """Somebody else's check.

    `form` writes a case of ours in its form, with no more changed than it takes, or gives None where nothing of it
    would be left. `outside` are faults that its form cannot express all the same, or asks for, with the reason.
    """

    name: str
    source: str
    closeness: Closeness
    cases: tuple[PeerCase, ...]
    form: Callable[[Case], Case | None]
    outside: Mapping[str, str]


def formed(case: Case, **settings: Any) -> Case | None:
    """A case with other settings, in a batch; None for wrong calls and for training, which no peer makes."""
    if case.asks in ("validation", "training"):
        return None
    return dataclasses.replace(case, batch_size=case.batch_size if case.batched else _BATCH, dropout=0.0, **settings)
