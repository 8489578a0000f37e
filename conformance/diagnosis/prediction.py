"""What the reference with faults in it would answer: an observation, without the care that strangers need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from conformance.arguments import Arguments
from conformance.case import Case
from conformance.description import describe
from conformance.observation import Answered, Call, NotAnArray, Raised, changed_arguments, listed_numbers
from conformance.reference import RNN


def predict(
    network: type[RNN], case: Case, calls: tuple[tuple[Case, Arguments], ...], *, gradients: bool
) -> Answered | Raised:
    """Construct, load, and every call; as `observe` sees it, with `gradients` backward too."""
    answers: list[Call] = []
    build: Callable[..., Any] = network
    copies = [arguments.copy() for _, arguments in calls]
    ended = None
    with np.errstate(all="ignore"):
        try:
            positional, keywords = case.constructor()
            instance = build(*positional, **keywords)
            instance.load_state_dict(copies[0].parameters)
            for given in copies:
                outputs = _read(instance.forward(given.input, given.h_0))
                answers.append(Call(outputs, _gradients(instance, given) if gradients else None))
        except Exception as error:  # noqa: BLE001 -- that it raises is what is predicted
            ended = _raised(error)
    if ended is not None and not answers:
        return ended
    return Answered(tuple(answers), changed_arguments(calls, copies), altered=(), ended=ended)


def _gradients(instance: Any, given: Arguments) -> Any:
    """What backward would do."""
    try:
        return instance.backward(given.grad_output, given.grad_h_n)
    except Exception as error:  # noqa: BLE001 -- as above
        return _raised(error)


def _raised(error: Exception) -> Raised:
    return Raised("forward", type(error).__name__, (), str(error), "")


def _read(answer: Any) -> Any:
    """Outputs as `observe` reads them."""
    if not isinstance(answer, tuple):
        return NotAnArray(describe(answer), "a tuple of output and h_n", answer)
    return tuple(
        value if isinstance(value, np.ndarray) else NotAnArray(describe(value), "numpy.ndarray", listed_numbers(value))
        for value in answer
    )
