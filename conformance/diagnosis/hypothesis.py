"""A hypothesis: the faults that an implementation may have, and whether an exhibit bears it out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from conformance.case import Case
from conformance.diagnosis.alike import alike, forward_alike
from conformance.diagnosis.exhibit import Exhibit, torch_answers
from conformance.diagnosis.prediction import predict
from conformance.expected import Returns
from conformance.faults import BY_ID, Value, plant
from conformance.observation import Answered, Raised
from conformance.reference import RNN

Chosen = tuple[tuple[str, Value], ...]

#: Its numbers are matched to within float32's rounding, which float64's would not be.
_COARSE = "computes-in-float32"


#: These are told by what an implementation does, and by no number: they reproduce nothing.
_BY_BEHAVIOUR = ("parameters-ignored", "nondeterministic")


@dataclass(frozen=True)
class Hypothesis:
    """Faults by id and value; none is the hypothesis that it is right."""

    chosen: Chosen = ()

    def __len__(self) -> int:
        return len(self.chosen)

    def __add__(self, more: Chosen) -> Hypothesis:
        return Hypothesis(self.chosen + more)

    def without(self, identity: str) -> Hypothesis:
        """The same without one fault."""
        return Hypothesis(tuple(pair for pair in self.chosen if pair[0] != identity))

    def has(self, identity: str) -> bool:
        """Whether a fault is among them."""
        return any(identity == own for own, _ in self.chosen)

    @property
    def name(self) -> str:
        """The faults' ids."""
        return " + ".join(identity for identity, _ in self.chosen)

    @cached_property
    def network(self) -> type[RNN]:
        """The reference with these faults."""
        return plant(dict(self.chosen))

    @property
    def in_float32(self) -> bool:
        """Whether its numbers are known only to within float32's rounding."""
        return self.has(_COARSE)

    def predict(self, case: Case, expected: Returns, *, gradients: bool = True) -> Answered | Raised:
        """What an implementation with these faults would answer; without gradients, how a gradients case begins."""
        if not self.chosen:
            return torch_answers(expected, gradients=gradients and case.asks == "gradients")
        calls = expected.arguments
        if case.asks == "gradients" and not gradients:
            calls = calls[:1]
        return predict(self.network, case, calls, gradients=gradients and case.asks == "gradients")


@dataclass(frozen=True)
class Question:
    """What is asked of an exhibit: whether forward, or everything, is as a hypothesis predicts."""

    forward_only: bool

    def bears_out(self, exhibit: Exhibit, hypothesis: Hypothesis) -> bool:
        """Whether an exhibit bears a hypothesis out; a values case is all forward."""
        key = self._key(exhibit, hypothesis)
        if key not in exhibit.answers:
            exhibit.answers[key] = self._bears_out(exhibit, hypothesis)
        return exhibit.answers[key]

    def is_answered(self, exhibit: Exhibit, hypothesis: Hypothesis) -> bool:
        """Whether it was asked before."""
        return self._key(exhibit, hypothesis) in exhibit.answers

    def _key(self, exhibit: Exhibit, hypothesis: Hypothesis) -> tuple[Chosen, bool]:
        return hypothesis.chosen, self.forward_only or exhibit.case.asks == "values"

    def _bears_out(self, exhibit: Exhibit, hypothesis: Hypothesis) -> bool:
        """The same, found out."""
        predicted = hypothesis.predict(exhibit.case, exhibit.expected, gradients=not self.forward_only)
        compare = forward_alike if self.forward_only else alike
        return compare(exhibit, predicted, in_float32=hypothesis.in_float32)


#: The two questions that are asked.
ABOUT_FORWARD = Question(forward_only=True)
ABOUT_EVERYTHING = Question(forward_only=False)


def candidates(part: str) -> tuple[Chosen, ...]:
    """Every single fault of one part, at every value."""
    return tuple(
        ((fault.id, value),)
        for fault in BY_ID.values()
        if fault.part == part and not fault.equivalent and fault.id not in _BY_BEHAVIOUR
        for value in fault.values
    )
