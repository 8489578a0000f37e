"""A task: what a case is to learn, batch by batch, from which parameters on; the same for torch and for everyone."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from conformance.arguments import Array
from conformance.case import Case

#: The parameters of the linear layer, in the order in which torch.nn.Linear has them.
HEAD = ("head.weight", "head.bias")


@dataclass(frozen=True)
class Batch:
    """What one step is given: input and h_0 as torch lays them out, and the class of every prediction (N,).

    h_0 is None where the call passes none. Where `carried`, it is what h_n was at the end of the step before, and no
    gradient flows back into that.
    """

    input: Array
    targets: Array
    h_0: Array | None = None
    carried: bool = False


@dataclass(frozen=True)
class Task:
    """All that is needed to learn: one batch a step, the layer's parameters by torch's names, then the head's.

    The head reads h_n of the last layer (many-to-one: one prediction a sequence) or output (many-to-many: one a time
    step). `held_out` is what is never learned from; `alphabet` what the classes are called, where text can be written.
    """

    case: Case
    batches: tuple[Batch, ...]
    parameters: dict[str, Array]
    head: dict[str, Array]
    reads: Literal["h_n", "output"]
    held_out: tuple[Batch, ...] = ()
    alphabet: str = ""

    def astype(self, dtype: Any) -> Task:
        """The same in another dtype."""
        return self._map(lambda array: array.astype(dtype))

    def _map(self, change: Callable[[Array], Array]) -> Task:
        return dataclasses.replace(
            self,
            batches=tuple(_changed(batch, change) for batch in self.batches),
            parameters={name: change(array) for name, array in self.parameters.items()},
            head={name: change(array) for name, array in self.head.items()},
            held_out=tuple(_changed(batch, change) for batch in self.held_out),
        )


def _changed(batch: Batch, change: Callable[[Array], Array]) -> Batch:
    """A batch with its numbers changed; classes stay whole numbers."""
    return dataclasses.replace(batch, input=change(batch.input), h_0=None if batch.h_0 is None else change(batch.h_0))
