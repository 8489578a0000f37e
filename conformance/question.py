"""What an implementation is asked in a case: its calls and their numbers, known before anybody's answer is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from conformance.arguments import Arguments, draw, draw_second, draw_third
from conformance.case import Case
from conformance.kink import near_kink
from conformance.quiet import quiet
from conformance.reference import RNN

Call = TypeVar("Call")

#: How many draws are tried before a relu case is said to have no draw clear of the kink.
REDRAWS = 200


class SuiteError(Exception):
    """The suite's own fault: the case, the oracle or the reference; never the implementation's."""


@dataclass(frozen=True)
class Question:
    """A case and its distinct calls, each with its own case (another batch size, perhaps) and arguments."""

    case: Case
    distinct: tuple[tuple[Case, Arguments], ...]

    @property
    def calls(self) -> tuple[tuple[Case, Arguments], ...]:
        """One call; or A, B of another batch size, A, A, and C, other numbers of A's shapes."""
        return in_order(self.distinct)


def in_order(distinct: tuple[Call, ...]) -> tuple[Call, ...]:
    """Distinct calls in the order, and as often, as they are made."""
    if len(distinct) == 1:
        return distinct
    a, b, c = distinct
    return (a, b, a, a, c)


def ask(case: Case, seed: int) -> Question:
    """Draw the arguments, setting aside draws in which a relu pre-activation is within rounding of zero.

    Of an answer nothing is computed but, for that, the reference's forward pass in relu cases, which nobody keeps.
    Raises SuiteError where no draw is clear of the kink.
    """
    relu = case.nonlinearity == "relu" and case.asks != "validation"
    for redraw in range(REDRAWS):
        question = Question(case, _drawn(case, seed, redraw))
        if not relu or not any(_near_kink(c, arguments) for c, arguments in question.distinct):
            return question
    raise SuiteError(f"none of {REDRAWS} draws of {case.id} keeps its relu pre-activations clear of zero")


def build_reference(case: Case) -> RNN:
    """The reference in a case's configuration; torch's warning on dropout with one layer is not for our users."""
    with quiet():
        return RNN(
            case.input_size,
            case.hidden_size,
            case.num_layers,
            nonlinearity=case.nonlinearity,
            bias=case.bias,
            batch_first=case.batch_first,
            dropout=case.dropout,
            bidirectional=case.bidirectional,
        )


def _drawn(case: Case, seed: int, redraw: int) -> tuple[tuple[Case, Arguments], ...]:
    first = draw(case, seed, redraw)
    if case.calls != "repeated" or case.asks == "validation":
        return ((case, first),)
    return ((case, first), draw_second(case, first, seed, redraw), draw_third(case, first, seed, redraw))


def _near_kink(case: Case, arguments: Arguments) -> bool:
    """Whether a call comes too near; a reference that fails is found out when the answer is expected."""
    given = arguments.astype(np.float64)
    network = build_reference(case)
    try:
        with quiet():
            network.load_state_dict(given.parameters)
            network.forward(given.input, given.h_0)
    except Exception as error:
        raise SuiteError(f"the reference fails on {case.id}: {type(error).__name__}: {error}") from error
    return near_kink(network, case.dtype)
