"""The inquiry: from exhibits to the faults that explain them, first forward, then backward."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from conformance.diagnosis.derivative import follows, is_ordinary
from conformance.diagnosis.exhibit import Exhibit
from conformance.diagnosis.hypothesis import ABOUT_EVERYTHING, ABOUT_FORWARD, Hypothesis, candidates
from conformance.diagnosis.search import Effort, Search
from conformance.observation import Answered

#: More faults at once are not searched for: pairs are thousands, threes would be hundreds of thousands.
AT_ONCE = 2

#: How many exhibits are asked whether gradients follow a wrong forward.
_SAMPLE = 3

#: What became of gradients that stay unexplained, all of them or some.
_OPEN = ("unexplained", "behind")

RIGHT = Hypothesis()
FORWARD, GRADIENTS = candidates("forward"), candidates("gradients")


@dataclass(frozen=True)
class Explanation:
    """A hypothesis that exhibits bear out, and others that do so as well.

    `gradients` says what became of gradients that it does not reproduce: "following" a wrong forward, as its true
    derivatives; "unexplained"; or unexplained only "behind" a wrong forward.
    """

    hypothesis: Hypothesis
    equivalents: tuple[Hypothesis, ...] = ()
    gradients: str = ""


@dataclass
class Inquiry:
    """Looks for the smallest explanation of some exhibits, with a limited effort."""

    exhibits: Sequence[Exhibit]
    effort: Effort

    def explain(self, base: Hypothesis = RIGHT) -> Explanation | None:
        """The smallest explanation that extends a hypothesis, or None; raises GaveUpError where the effort is spent.

        Where none explains every exhibit, the odd ones are set aside: in which the implementation raised, so that there
        are no numbers to be told by, and in which code that is wrong in one way often differs in another.
        """
        whole = self._explain(base, self.exhibits)
        usual = [e for e in self.exhibits if isinstance(e.seen, Answered) and not e.odd]
        if (whole is not None and whole.gradients not in _OPEN) or not any(e.wrong for e in usual):
            return whole
        part = self._explain(base, usual)
        return whole if part is None or (whole is not None and part.gradients in _OPEN) else part

    def _explain(self, base: Hypothesis, exhibits: Sequence[Exhibit]) -> Explanation | None:
        """The smallest explanation of some exhibits."""
        found = self._forward(base, exhibits)
        if not found:
            return None
        # What explains the gradients too is the better explanation; then the smaller.
        explanations = [self._backward(hypothesis, exhibits) for hypothesis in found[:_SAMPLE]]
        best = min(explanations, key=lambda e: (e.gradients in _OPEN, len(e.hypothesis)))
        named = {identity for identity, _ in best.hypothesis.chosen}
        others = [h for h in (*best.equivalents, *found) if {identity for identity, _ in h.chosen} - named]
        return Explanation(best.hypothesis, _distinct(others), best.gradients)

    def forward_right(self, exhibit: Exhibit) -> bool:
        """Whether forward is torch's in an exhibit."""
        return not exhibit.wrong or ABOUT_FORWARD.bears_out(exhibit, RIGHT)

    def _forward(self, base: Hypothesis, exhibits: Sequence[Exhibit]) -> list[Hypothesis]:
        """The smallest sets of faults that explain every output and h_n."""
        if all(self.forward_right(exhibit) for exhibit in exhibits):
            return [base]
        return Search(exhibits, FORWARD, ABOUT_FORWARD, self.effort).smallest(base, AT_ONCE)

    def _backward(self, base: Hypothesis, exhibits: Sequence[Exhibit]) -> Explanation:
        """What explains the gradients too."""
        asked = [e for e in exhibits if e.gradients]
        wrong = [e for e in asked if not ABOUT_EVERYTHING.bears_out(e, base)]
        if not wrong:
            return Explanation(base)
        plain = [e for e in wrong if self.forward_right(e)]
        following = self._follow([e for e in wrong if not self.forward_right(e)], base)
        if following and (not plain or self._follow(plain, base)):
            return Explanation(base, (), "following")
        if not following and (found := self._gradients(base, asked)):
            return Explanation(found[0], _distinct(found[1:]))
        found = self._gradients(base, [e for e in asked if self.forward_right(e)]) if plain and len(base) else []
        if found:
            return Explanation(found[0], _distinct(found[1:]), "following" if following else "behind")
        # A forward that returns what cannot be compared still shows through its gradients.
        found = (
            Search(asked, (*FORWARD, *GRADIENTS), ABOUT_EVERYTHING, self.effort).smallest(base, 1) if len(base) else []
        )
        if found:
            return Explanation(found[0], _distinct(found[1:]))
        return Explanation(base, (), "unexplained")

    def _follow(self, exhibits: Sequence[Exhibit], base: Hypothesis) -> bool:
        """Whether gradients follow a wrong forward, in a sample of cases that can be differentiated by differences."""
        sample = sorted((e for e in exhibits if is_ordinary(e.case)), key=lambda e: e.rank)[:_SAMPLE]
        return bool(sample) and all(follows(exhibit, base) for exhibit in sample)

    def _gradients(self, base: Hypothesis, asked: Sequence[Exhibit]) -> list[Hypothesis]:
        """The smallest sets of gradient faults that explain every gradient."""
        search = Search(asked, GRADIENTS, ABOUT_EVERYTHING, self.effort)
        return search.smallest(base, max(AT_ONCE - len(base), 1))


def _distinct(hypotheses: Iterable[Hypothesis]) -> tuple[Hypothesis, ...]:
    """One for each set of ids, whatever the values."""
    return tuple({frozenset(i for i, _ in h.chosen): h for h in hypotheses}.values())
