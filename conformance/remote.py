"""An implementation in a process of its own, seen through what it answers to frames; whoever is on the other end."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np

from conformance.arguments import Arguments, Array
from conformance.case import Case
from conformance.implementation import Instance, is_plain_array
from conformance.observation import (
    Answered,
    Declined,
    Garbled,
    Lost,
    LostError,
    Observation,
    Raised,
    SelfObserving,
)
from conformance.wire import Frame, Hints, Limits, ProtocolError, read_reply, write_request

Calls = tuple[tuple[Case, Arguments], ...]

#: An answer may be larger than it should, so that a wrong shape is told as one; in bytes, and as a factor.
_ROOM, _FACTOR = 1 << 20, 8


class Line(ABC):
    """Who is on the other end: asked one frame at a time, it gives one back, or it is told how it was lost."""

    @abstractmethod
    def ask(self, question: Frame, limits: Limits) -> Frame | Lost:
        """One question; NotObservedError where nobody can be asked, through no fault of who is on the other end."""

    def begin(self, question: Frame, limits: Limits) -> Callable[[], Frame | Lost]:
        """The same in two halves, where the other end can work meanwhile; the second is called before the next."""
        return functools.partial(self.ask, question, limits)

    def together(self) -> contextlib.AbstractContextManager[None]:
        """A block within which every question goes to one process, as long as that one lives."""
        return contextlib.nullcontext()

    def part(self) -> None:  # noqa: B027 -- there is nothing to do where nobody is to be kept from knowing
        """Nothing of the questions so far may be known to who answers the next one."""

    def afresh(self, question: Frame, limits: Limits) -> Frame | Lost | None:  # noqa: ARG002
        """The answer of a process that was asked nothing else; None where there is no such thing, or no other."""
        return None

    @abstractmethod
    def close(self) -> None:
        """End what is there."""


class RemoteImplementation(SelfObserving):
    """Something that claims to be torch.nn.RNN and is reached by a line; `notes` say what cannot be seen from here."""

    def __init__(
        self, name: str, line: Line, *, description: str = "", origin: str = "", notes: tuple[str, ...] = ()
    ) -> None:
        super().__init__(name, description=description, origin=origin)
        self.notes = notes
        self._line = line
        self._sequence = self._networks = 0
        self._visible = True

    def lacks(self, case: Case) -> str | None:  # noqa: ARG002
        """Nothing is known of its signature: it declines what it does not offer."""
        return None

    def build(self, case: Case) -> Instance:
        """One network of which each call is a case of its own."""
        return RemoteInstance(self, case)

    def together(self) -> contextlib.AbstractContextManager[None]:
        """A block within which all calls are made in one process."""
        return self._line.together()

    def close(self) -> None:
        """End what is on the other end."""
        self._line.close()

    def begin(self, case: Case, calls: Calls, generators: int | None = None) -> Callable[[], Observation]:
        """Ask one case; what is returned waits for the answer, and says what came of it."""
        return self.ask(case, calls, Hints(generators=generators))

    def ask(self, case: Case, calls: Calls, hints: Hints) -> Callable[[], Observation]:
        """The same, with hints."""
        if case.visible != self._visible:  # or what is hidden could be told where something is seen
            self._line.part()
            self._visible = case.visible
        self._sequence += 1
        answer = self._line.begin(write_request(case, calls, self._sequence, hints), _limits(calls))
        return lambda: self._read(answer(), case, calls)

    def afresh(self, case: Case, calls: Calls) -> Observation | None:
        """What came of a case in a process that was asked nothing else; None where that is nothing new."""
        self._sequence += 1
        answer = self._line.afresh(write_request(case, calls, self._sequence), _limits(calls))
        return None if answer is None else self._read(answer, case, calls)

    def number_network(self) -> int:
        """A number for a network, which no other one has."""
        self._networks += 1
        return self._networks

    def _read(self, answer: Frame | Lost, case: Case, calls: Calls) -> Observation:
        """An answer as an observation."""
        if isinstance(answer, Lost):
            return answer
        try:
            return read_reply(answer, case, len(calls))
        except ProtocolError as error:
            return Garbled(f"its answer does not follow the protocol: {error}")
        except Exception as error:  # noqa: BLE001 -- whatever it has written, it is no fault of ours
            return Garbled(f"its answer cannot be read: {type(error).__name__}")


class RemoteInstance(Instance):
    """What training holds on to: parameters and the latest call are kept here, and sent with every question."""

    def __init__(self, implementation: RemoteImplementation, case: Case) -> None:
        self._implementation = implementation
        self._case = case
        self._number = implementation.number_network()
        self._parameters: dict[str, Array] = {}
        self._loaded = False
        self._latest: tuple[Any, Any] = (None, None)

    def load(self, parameters: dict[str, Array]) -> None:
        """Keep them until the next call."""
        self._parameters = parameters
        self._loaded = True

    def accepts_h_0(self) -> bool:
        """It declines where it does not."""
        return True

    def forward(self, input: Any, h_0: Any) -> Any:  # noqa: A002 -- torch's own argument name
        """Ask for output and h_n."""
        self._latest = (input, h_0)
        nothing = np.zeros(0)
        steps = ("load", "forward") if self._loaded else ("forward",)
        self._loaded = False
        return self._ask("values", nothing, nothing, steps).calls[0].outputs

    def offers_backward(self) -> bool:
        """It declines where it does not."""
        return True

    def backward(self, grad_output: Array, grad_h_n: Array) -> Any:
        """Ask for the gradients of the latest call, which is made again where it was not kept."""
        gradients = self._ask("gradients", grad_output, grad_h_n, ("backward",)).calls[0].gradients
        if isinstance(gradients, Raised | Declined):
            raise LostError(gradients)
        return gradients

    def read(self, value: Any) -> Array | None:
        """Arrays that came over the wire are nobody else's."""
        return value if is_plain_array(value) else None

    def _ask(self, asks: Any, grad_output: Array, grad_h_n: Array, steps: tuple[str, ...]) -> Answered:
        """One call, of which these steps are new; LostError where it is not answered."""
        case = _asking(self._case, asks)
        arguments = Arguments(*self._latest, self._parameters, grad_output, grad_h_n)
        seen = self._implementation.ask(case, ((case, arguments),), Hints(network=self._number, only=steps))()
        if isinstance(seen, Answered):
            return seen
        raise LostError(seen)


def _asking(case: Case, asks: Any) -> Case:
    """The same configuration, asked for something else."""
    return dataclasses.replace(case, asks=asks)


def _limits(calls: Calls) -> Limits:
    """How long an answer may be: what should come has the size of what was sent, more or less."""
    size = 0
    for _, arguments in calls:
        given = (arguments.input, arguments.h_0, arguments.grad_output, arguments.grad_h_n)
        arrays = [*given, *arguments.parameters.values()]
        size += sum(array.nbytes for array in arrays if isinstance(array, np.ndarray))
    return Limits(_ROOM + _FACTOR * size)
