"""One small network with known answers, to find out by trying what a foreign one takes and returns."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from conformance.arguments import Arguments, Array, draw
from conformance.array_role import told_shape
from conformance.case import Case
from conformance.reference import RNN

#: No two axes are of one length, nor one more or less than another's where a step could be left over.
INPUT_SIZE, HIDDEN_SIZE, SEQ_LEN, BATCH_SIZE = 4, 5, 7, 3
#: Of an output layer, where one is asked for.
OUTPUT_SIZE = 11

#: What the sizes of a trial's arrays are called.
LETTERS = {INPUT_SIZE: "I", HIDDEN_SIZE: "H", INPUT_SIZE + HIDDEN_SIZE: "I+H", OUTPUT_SIZE: "O"}
LETTERS |= {SEQ_LEN: "T", SEQ_LEN + 1: "T+1", BATCH_SIZE: "B"}

_MOST_TOLD = 12
_SEED = 20_260_001


@dataclass(frozen=True)
class Trial:
    """A case, its arrays, and the right answers to it."""

    case: Case

    @cached_property
    def arguments(self) -> Arguments:
        """Input (T, B, I), h_0 (L, B, H), the parameters and both upstream gradients."""
        return draw(self.case, _SEED)

    @cached_property
    def _network(self) -> RNN:
        positional, keywords = self.case.constructor()
        network = RNN(*positional, **keywords)  # type: ignore[arg-type]  # the case's own settings
        network.load_state_dict(self.arguments.copy().parameters)
        return network

    @cached_property
    def answers(self) -> tuple[Array, Array]:
        """Output and h_n."""
        arguments = self.arguments
        return self._network.forward(arguments.input, arguments.h_0)

    @cached_property
    def gradients(self) -> dict[str, Array]:
        """Of input, h_0 and every parameter."""
        _ = self.answers
        return self._network.backward(self.arguments.grad_output, self.arguments.grad_h_n)

    def without_h_0(self) -> Trial:
        """The same network and input; h_0 is zero by being left out."""
        return Trial(dataclasses.replace(self.case, h_0="absent"))

    def agrees(self, array: Array | None, wanted: Array) -> bool:
        """Whether an array is a right answer, up to rounding; what kind of rounding is the check's affair."""
        close = {"float64": 1e-9, "float32": 1e-4}[self.case.dtype]
        return array is not None and array.shape == wanted.shape and np.allclose(array, wanted, close, close)


def told(arrays: Iterable[tuple[str, tuple[int, ...]]]) -> str:
    """Arrays of a trial's network with their shapes in letters, for a sentence."""
    named = [f"{name} {told_shape(shape, LETTERS)}" for name, shape in arrays]
    more = [f"and {len(named) - _MOST_TOLD} more"] if len(named) > _MOST_TOLD else []
    return ", ".join(named[:_MOST_TOLD] + more) or "no arrays"


def trial(*, num_layers: int = 1, bias: bool = True, dtype: str = "float64") -> Trial:
    """The trial of a network with so many layers."""
    return Trial(
        Case(
            id="scaffold/trial",  # the same for every trial, so that they share their numbers
            asks="gradients",
            input_size=INPUT_SIZE,
            hidden_size=HIDDEN_SIZE,
            seq_len=SEQ_LEN,
            batch_size=BATCH_SIZE,
            num_layers=num_layers,
            bias=bias,
            h_0="given",
            dtype=dtype,  # type: ignore[arg-type]  # one of the two that a case can have
        )
    )
