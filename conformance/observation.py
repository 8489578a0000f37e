"""What an implementation did with one case: it answered, raised or declined; observing never raises."""

from __future__ import annotations

import functools
from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from conformance.arguments import Arguments, Array
from conformance.case import Case
from conformance.description import describe, message_of, type_name, type_name_of, where_of
from conformance.generators import set_generators
from conformance.implementation import Implementation, Instance, NotConnectedError
from conformance.quiet import quiet


@dataclass(frozen=True)
class NotAnArray:
    """An answer that is not exactly the array type asked for; `description` says what it is instead.

    `numbers` are its numbers all the same where it is a plain list of them, or an array in place of a tuple.
    """

    description: str
    array_type: str
    numbers: Array | None = None


Value = Array | NotAnArray


@dataclass(frozen=True)
class Raised:
    """It raised, at which stage (import, construct, load, forward, backward), and where in its own file."""

    stage: str
    kind: str
    bases: tuple[str, ...]
    message: str
    where: str
    not_connected: bool = False


@dataclass(frozen=True)
class Declined:
    """It does not offer what the case needs."""

    reason: str


@dataclass(frozen=True)
class NotGradients:
    """backward returned something that is not a dict."""

    description: str


@dataclass(frozen=True)
class Call:
    """One call: what forward returned and, where it was asked for, what backward did."""

    outputs: tuple[Value, ...] | NotAnArray
    gradients: dict[str, Value] | NotGradients | Declined | Raised | None


@dataclass(frozen=True)
class Answered:
    """It answered; `changed` names the arguments that it changed, `altered` the answers that it changed later.

    `ended` is how a later call ended, where not all were answered.
    """

    calls: tuple[Call, ...]
    changed: tuple[str, ...]
    altered: tuple[str, ...]
    ended: Raised | Declined | None = None


@dataclass(frozen=True)
class Lost:
    """No answer came that could be judged, from an implementation in a process of its own; `why` is the sentence.

    `unasked` says that it was not even asked, for what it had done before.
    """

    why: str
    unasked: bool = False


class Crashed(Lost):
    """Its process ended."""


class TimedOut(Lost):
    """It took longer than it may."""


class OutOfMemory(Lost):
    """It wanted more memory than it may have."""


class Garbled(Lost):
    """What it wrote is no answer."""


Observation = Answered | Raised | Declined | Lost


class SelfObserving(Implementation):
    """An implementation in another process, of which is told what it did."""

    @abstractmethod
    def begin(
        self, case: Case, calls: tuple[tuple[Case, Arguments], ...], generators: int | None = None
    ) -> Callable[[], Observation]:
        """What `begin` is to do with it; `generators` as for `observe`."""

    @abstractmethod
    def afresh(self, case: Case, calls: tuple[tuple[Case, Arguments], ...]) -> Observation | None:
        """What it does in a process that was asked nothing else; None where it always has such a one, or never."""


class NotObservedError(Exception):
    """Nothing can be observed any more, through no fault of the implementation; the text says why."""


class LostError(Exception):
    """Part of a walk cannot go on: the implementation raised, declined or was lost elsewhere, as `observation` says."""

    def __init__(self, observation: Raised | Declined | Lost) -> None:
        super().__init__(str(observation))
        self.observation = observation


def observe(
    implementation: Implementation,
    case: Case,
    calls: tuple[tuple[Case, Arguments], ...],
    *,
    generators: int | None = None,
    passed_on: tuple[type[BaseException], ...] = (KeyboardInterrupt,),
) -> Observation:
    """Run one case on fresh copies of its arguments: construct, load, then each call, forward and backward.

    Before it, the usual random generators are set to `generators`, where that is given. Only what is `passed_on` gets
    out: Ctrl-C, which in a process that nobody interrupts is of the implementation's own making.
    """
    if isinstance(implementation, SelfObserving):
        return implementation.begin(case, calls, generators)()
    walk = _Walk(implementation, case, calls, passed_on)
    try:
        if generators is not None:
            set_generators(generators)
        lacking = None if case.asks == "validation" else implementation.lacks(case)
        if lacking is not None:
            return Declined(f"its signature has no {lacking}")
        with quiet():
            return walk.run()
    except passed_on:
        raise
    except BaseException as error:  # noqa: BLE001 -- SystemExit too: whatever it does is an observation
        return failure_of(error, walk.stage, case)


def begin(
    implementation: Implementation, case: Case, calls: tuple[tuple[Case, Arguments], ...]
) -> Callable[[], Observation]:
    """Begin to observe, and go on when what is returned is called, once, and before the next beginning.

    An implementation in another process runs meanwhile; one in this process runs when it is called.
    """
    if isinstance(implementation, SelfObserving):
        return implementation.begin(case, calls)
    return functools.partial(observe, implementation, case, calls)


def raised(error: BaseException, stage: str) -> Raised:
    """Describe an exception without trusting it: its own __str__ may raise."""
    return Raised(
        stage=stage,
        kind=type_name(error),
        bases=tuple(type_name_of(base) for base in type.mro(type(error))),
        message=message_of(error),
        where=where_of(error),
        not_connected=issubclass(type(error), NotConnectedError),
    )


class _Walk:
    """The calls of one case, in order; `stage` says how far it came."""

    def __init__(
        self,
        implementation: Implementation,
        case: Case,
        calls: tuple[tuple[Case, Arguments], ...],
        passed_on: tuple[type[BaseException], ...],
    ) -> None:
        self.stage = "construct"
        self._passed_on = passed_on
        self._implementation = implementation
        self._case = case
        self._calls = calls
        # One set of copies a call; the parameters are handed over once.
        self._copies = [arguments.copy() for _, arguments in calls]
        self._answers: list[tuple[Any, Call]] = []

    def run(self) -> Observation:
        """Answer every call; a later call that raises leaves the earlier answers to be judged."""
        instance = self._implementation.build(self._case)
        self.stage = "load"
        # A dict of its own: taking things out of it is no change of an argument.
        instance.load(dict(self._copies[0].parameters))
        ended = None
        for number in range(len(self._calls)):
            ended = self._call(instance, number)
            if ended is not None:
                break
        if ended is not None and not self._answers:
            return ended
        altered = dict.fromkeys(name for answer, call in self._answers for name in _altered(instance, answer, call))
        changed = changed_arguments(self._calls, self._copies)
        return Answered(tuple(call for _, call in self._answers), changed, tuple(altered), ended)

    def _call(self, instance: Instance, number: int) -> Raised | Declined | None:
        """One call; its answer is read at once, and again at the end."""
        self.stage = "forward" if number == 0 else f"forward, call {number + 1} of {len(self._calls)}"
        arguments = self._copies[number]
        try:
            if arguments.h_0 is not None and self._case.asks != "validation" and not instance.accepts_h_0():
                return Declined("its call takes no h_0")
            answer = instance.forward(arguments.input, arguments.h_0)
        except self._passed_on:
            raise
        except BaseException as error:  # noqa: BLE001 -- as in observe
            return failure_of(error, self.stage, self._case)
        outputs = read_outputs(instance, answer)
        self._answers.append((answer, Call(outputs, self._gradients(instance, arguments))))
        return None

    def _gradients(self, instance: Instance, arguments: Arguments) -> Any:
        """What backward did, where the case asks for it; a failure here leaves the forward's answer to be judged."""
        if self._case.asks != "gradients":
            return None
        if not instance.offers_backward():
            return Declined("it has no backward")
        stage, self.stage = self.stage, self.stage.replace("forward", "backward")
        try:
            gradients = instance.backward(arguments.grad_output, arguments.grad_h_n)
        except self._passed_on:
            raise
        except BaseException as error:  # noqa: BLE001 -- as in observe
            return failure_of(error, self.stage, self._case)
        if not issubclass(type(gradients), dict):
            return NotGradients(describe(gradients))
        self.stage = stage
        found = [(n, value) for n, value in dict.items(gradients) if issubclass(type(n), str)]
        return {str.__str__(name): read(instance, value) for name, value in found}


def changed_arguments(calls: Sequence[tuple[Case, Arguments]], copies: Sequence[Arguments]) -> tuple[str, ...]:
    """The arguments that are no longer what they were in the copies that were handed over, by the names users know."""
    changed: list[str] = []
    for (_, given), copy in zip(calls, copies, strict=True):
        before, after = _named(given), _named(copy)
        changed += [name for name in before if not _same(before[name], after[name])]
    return tuple(dict.fromkeys(changed))


def failure_of(error: BaseException, stage: str, case: Case) -> Raised | Declined:
    """NotImplementedError declines, except where raising is what the case asks for."""
    if issubclass(type(error), NotImplementedError) and case.asks != "validation":
        return Declined(message_of(error) or "NotImplementedError")
    return raised(error, stage)


def _named(arguments: Arguments) -> dict[str, Any]:
    """The arguments by the names that users know."""
    return {
        "input": arguments.input,
        "h_0": arguments.h_0,
        "the upstream gradient of output": arguments.grad_output,
        "the upstream gradient of h_n": arguments.grad_h_n,
        **arguments.parameters,
    }


def _same(before: Any, after: Any) -> bool:
    """Whether two values are the same array, bit by bit; what is not an array is not looked at."""
    if type(before) is not np.ndarray or type(after) is not np.ndarray:
        return True
    return before.shape == after.shape and before.dtype == after.dtype and before.tobytes() == after.tobytes()


def read_outputs(instance: Instance, answer: Any) -> tuple[Value, ...] | NotAnArray:
    """What forward returned, as a tuple of arrays."""
    if isinstance(answer, NotAnArray):  # it was read elsewhere
        return answer
    kind = next((k for k in (tuple, list) if issubclass(type(answer), k)), None)
    if kind is None:
        return NotAnArray(describe(answer), "a tuple of output and h_n", instance.read(answer))
    return tuple(read(instance, value) for value in kind.__iter__(answer))


def read(instance: Instance, value: Any) -> Value:
    """One answer, copied, or what it is instead of an array."""
    if isinstance(value, NotAnArray):  # it was read elsewhere
        return value
    array = instance.read(value)
    return NotAnArray(describe(value), instance.array_type, listed_numbers(value)) if array is None else array


def listed_numbers(value: Any) -> Array | None:
    """The numbers of a plain list of plain lists of floats; None for anything else."""
    flat = [value]
    while flat and all(type(item) is list for item in flat):
        flat = [inner for item in flat for inner in item]
    if type(value) is not list or not all(type(item) is float for item in flat):
        return None
    try:
        return np.array(value, dtype=np.float64)
    except ValueError:  # lists of different lengths
        return None


def _altered(instance: Instance, answer: Any, call: Call) -> list[str]:
    """The outputs of a call that are no longer what they were when it returned."""
    again = read_outputs(instance, answer)
    if isinstance(again, NotAnArray) or isinstance(call.outputs, NotAnArray):
        return []
    if len(again) != len(call.outputs):
        return ["the list"]
    pairs = zip(("output", "h_n"), call.outputs, again, strict=False)
    return [name for name, before, after in pairs if type(before) is not type(after) or not _same(before, after)]
