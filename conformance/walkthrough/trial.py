"""One case run once with one implementation, with everything that is needed to tell how it went."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.case import Case
from conformance.expected import Expected, ExpectedCall, Returns, expect
from conformance.implementation import Implementation
from conformance.observation import Answered, Call, Observation, observe
from conformance.question import ask
from conformance.verdict import Verdict, judge
from conformance.verdict.comparison import first_mismatch


@dataclass(frozen=True)
class WrongCall:
    """The first call of which the answer is wrong; `number` counts from 0."""

    number: int
    wanted: ExpectedCall
    got: Call


@dataclass(frozen=True)
class Trial:
    """A case, what torch does with it, what the implementation did, and the verdict on that."""

    case: Case
    expected: Expected
    observed: Observation
    verdict: Verdict

    @property
    def wrong_call(self) -> WrongCall | None:
        """The first call with a wrong answer; None where all are right, or none was answered."""
        if not isinstance(self.expected, Returns) or not isinstance(self.observed, Answered):
            return None
        pairs = zip(self.expected.calls, self.observed.calls, strict=False)
        wrong = (WrongCall(n, wanted, got) for n, (wanted, got) in enumerate(pairs) if first_mismatch(wanted, got))
        return next(wrong, None)


def attempt(case: Case, seed: int, oracle: Implementation, implementation: Implementation) -> Trial:
    """Run a case once; raises SuiteError where torch does not do what the case says."""
    question = ask(case, seed)
    observed = observe(implementation, case, question.calls)
    expected = expect(question, oracle)
    return Trial(case, expected, observed, judge(expected, observed))
