"""Whether gradients follow a wrong forward: whether they are its true derivatives, told by differences."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from conformance.arguments import Arguments, Array
from conformance.case import Case
from conformance.diagnosis.exhibit import Exhibit
from conformance.diagnosis.hypothesis import Hypothesis
from conformance.observation import Answered

#: The step of the central differences, and how far they may be from the derivative, of the larger of the two.
_STEP = 1e-5
_NEAR = 1e-5

#: The greatest scale of a case's numbers at which differences tell a derivative.
_ORDINARY = 10

#: What it does to a number is to round it, which has no derivative of its own; differences would see only its steps.
_ROUNDING = "returns-wrong-dtype"


def is_ordinary(case: Case) -> bool:
    """Whether differences tell a derivative: one call, and numbers that are finite and neither tiny nor huge."""
    scales = (case.input_scale, case.h_0_scale, case.weight_scale, case.bias_scale)
    special = (case.input_special, case.h_0_special)
    return case.calls == "one" and max(scales) <= _ORDINARY and set(special) == {"none"}


def follows(exhibit: Exhibit, hypothesis: Hypothesis) -> bool:
    """Whether the gradients that were seen are the derivatives of the wrong forward, in one random direction each.

    It tells an author whose backward is consistent with a wrong forward, as autograd's is, from one whose backward has
    a fault of its own. Differences in float64 show it to a few digits, which is enough for that.
    """
    if not isinstance(exhibit.seen, Answered) or not is_ordinary(exhibit.case) or exhibit.seen.changed:
        return False
    gradients = exhibit.seen.calls[0].gradients
    if not isinstance(gradients, dict):
        return False
    arguments = exhibit.expected.arguments[0][1].astype(np.float64)
    hypothesis = hypothesis.without(_ROUNDING)
    source = np.random.Generator(np.random.Philox(key=1))
    for name in (n for n in exhibit.expected.calls[0].tensors if n not in ("output", "h_n")):
        found = gradients.get(name)
        direction = source.uniform(-1, 1, np.shape(_argument(arguments, name)))
        slope = _slope(exhibit, hypothesis, arguments, name, direction)
        if slope is None:
            return False
        # A parameter that forward does not read has no gradient, or zeros.
        along = 0.0 if not isinstance(found, np.ndarray) else _along(found, direction)
        if along is None or not abs(along - slope) <= _NEAR * max(abs(along), abs(slope), 1.0):
            return False
    return True


def _along(gradient: Array, direction: Array) -> float | None:
    """A gradient's part in a direction; None where its shape is another."""
    return float(np.sum(gradient * direction)) if gradient.shape == direction.shape else None


def _slope(exhibit: Exhibit, hypothesis: Hypothesis, arguments: Arguments, name: str, direction: Array) -> float | None:
    """The loss's derivative by one argument, in one direction; None where there is no loss to differentiate."""
    up = _loss(exhibit, hypothesis, _moved(arguments, name, _STEP * direction))
    down = _loss(exhibit, hypothesis, _moved(arguments, name, -_STEP * direction))
    return None if up is None or down is None else (up - down) / (2 * _STEP)


def _loss(exhibit: Exhibit, hypothesis: Hypothesis, arguments: Arguments) -> float | None:
    """The loss whose gradients by output and h_n are the upstream gradients."""
    case = dataclasses.replace(exhibit.case, dtype="float64")
    positional, keywords = case.constructor()
    build: Callable[..., Any] = hypothesis.network
    network = build(*positional, **keywords)
    given = arguments.copy()
    with np.errstate(all="ignore"):
        try:
            network.load_state_dict(given.parameters)
            output, h_n = network.forward(given.input, given.h_0)
        except Exception:  # noqa: BLE001 -- what raises has no derivative
            return None
    if np.shape(output) != given.grad_output.shape or np.shape(h_n) != given.grad_h_n.shape:
        return None
    return float(np.sum(output * given.grad_output) + np.sum(h_n * given.grad_h_n))


def _argument(arguments: Arguments, name: str) -> Array:
    found: Array = getattr(arguments, name) if name in ("input", "h_0") else arguments.parameters[name]
    return found


def _moved(arguments: Arguments, name: str, by: Array) -> Arguments:
    """The same arguments but for one."""
    if name in ("input", "h_0"):
        return dataclasses.replace(arguments, **{name: getattr(arguments, name) + by})
    return dataclasses.replace(arguments, parameters=arguments.parameters | {name: arguments.parameters[name] + by})
