"""Whether a training case can show a fault: it fits its task, costs little, and is learned without rounding's help."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from conformance.adapters import adapt
from conformance.case import Case
from conformance.lint.adequacy import Finding, several_steps
from conformance.lint.parting import steps_together
from conformance.reference import RNN
from conformance.shapes import multiply_adds
from conformance.sweep.waiver import Check
from conformance.training import learn
from conformance.training.assignment import TaskError, assign

#: At most this many multiply-adds of forward passes in all; torch learns each case several times.
MULTIPLY_ADDS = 200_000_000
#: And at most this many steps: each is kept in memory, however small it is.
STEPS = 10_000
#: The mean loss of the last tenth of the steps is less than this of the first tenth's.
FALLEN = 0.95


def examine_training(case: Case, seed: int) -> list[Finding]:
    """Everything that a training case does not meet, on the draw that a run with this seed would use.

    What costs too much is not drawn, since all its batches would lie in memory at once.
    """
    found: list[tuple[Check, Iterable[str]]] = [("several_steps", several_steps(case)), ("cost", _expensive(case))]
    if not any(True for _ in _expensive(case)):
        try:
            task = assign(case, seed)
        except TaskError as error:
            return [Finding("fits_task", case, str(error))]
        losses = learn(adapt(RNN, "the reference"), task).losses
        found += [("learns", _unlearned(losses)), ("judged", _unjudged(case, steps_together(task, losses)))]
    return [Finding(check, case, sentence) for check, sentences in found for sentence in sentences]


def _expensive(case: Case) -> Iterator[str]:
    cost = multiply_adds(case) * (case.steps or 0)
    if cost > MULTIPLY_ADDS:
        yield f"the case costs {cost:,} multiply-adds in all its steps, but should cost at most {MULTIPLY_ADDS:,}"
    elif (steps := case.steps or 0) > STEPS:
        yield f"the case takes {steps:,} steps, but should take at most {STEPS:,}"


def _unlearned(losses: tuple[float, ...]) -> Iterator[str]:
    """Where nothing is learned, gradients hardly matter."""
    count = max(len(losses) // 10, 1)
    first, last = (sum(part) / count for part in (losses[:count], losses[-count:]))
    if not last < FALLEN * first:
        yield f"the loss goes from {first:.3g} to {last:.3g}, but should fall to less than {FALLEN:.0%}"


def _unjudged(case: Case, together: int) -> Iterator[str]:
    """Where right runs part, neither what follows nor what is left at the end is judged."""
    if together < (case.steps or 0):
        yield (
            f"rounding alone parts right runs at step {together} of {case.steps}, so nothing is judged from there on, "
            f"but every step should be"
        )
