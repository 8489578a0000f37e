"""What a training case expects: torch's losses and final parameters, and how far honest arithmetic may be from them.

An honest implementation's rounding in one step is, by backward error analysis, as if its parameters, its states and its
probabilities had been off by a few units of rounding. So torch learns the task again, several times, with every step's
gradients taken where all these are off at random, by as much as the tolerance rule's C units; the disturbance is not
kept in the parameters, but what follows from it is. How far these runs part from the undisturbed one is the yardstick
of the rule: it grows with the steps as the rounding of anybody's arithmetic does, and no fault of ours can widen it,
since torch alone makes it. Where they part altogether, learning is chaotic: rounding decides from there on, and nothing
is judged any more, no later loss and nothing of what is left at the end.

Source: Monte Carlo arithmetic (D. S. Parker, 1997): disturb at random, run again, and look how far the results part.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from conformance.arguments import Array
from conformance.case import Case
from conformance.expected import Wanted
from conformance.implementation import Implementation
from conformance.question import SuiteError
from conformance.tolerance import DISTURBED_RUNS, PARTED, RULES
from conformance.training import dataset
from conformance.training.assignment import assign
from conformance.training.learned import Learned
from conformance.training.task import Task
from conformance.training.trainer import Lesson, Trainer


@dataclass(frozen=True)
class Learns:
    """torch learns: `truth` is its float64 run, `tolerances` how far from its losses one may be, step by step.

    `parameters` are the final ones, in torch's order and then the head's. None of them is judged once the losses have
    parted, nor in float32, where an update of the size of the learning rate may hang on the sign of a gradient that
    rounding leaves of zero.
    """

    task: Task
    truth: Learned
    tolerances: tuple[float, ...]
    parameters: dict[str, Wanted]
    accuracy_tolerance: float
    published: tuple[float, ...] = ()


def expect_learning(case: Case, seed: int, trainer: Implementation) -> Learns:
    """How torch learns what a case says; SuiteError where it does not, or where the case does not fit its task."""
    if not isinstance(trainer, Trainer):
        raise SuiteError(f"{trainer.name} cannot learn {case.id}, but should as the oracle")
    task = assign(case, seed)
    rule = RULES[case.dtype]
    own = trainer.train(task)
    truth = own if case.dtype == "float64" else trainer.train(task.astype(np.float64))
    if not all(math.isfinite(loss) for loss in truth.learned.losses):
        raise SuiteError(f"torch's losses in {case.id} are not all finite, so there is nothing to be learned")
    if not all(np.isfinite(value).all() for run in (own, truth) for value in run.learned.parameters.values()):
        raise SuiteError(f"what torch has learned in {case.id} is not finite, so there is nothing to be learned")
    disturbance = rule.rounding_factor * rule.unit_roundoff
    runs = [*trainer.train_disturbed(task, disturbance, DISTURBED_RUNS), own.learned]
    tolerances = _tolerances(case, truth, [run.losses for run in runs])
    parted = math.isinf(tolerances[-1])
    return Learns(
        task=task,
        truth=truth.learned,
        tolerances=tolerances,
        parameters=_parameters(case, truth.learned, runs) if case.dtype == "float64" and not parted else {},
        accuracy_tolerance=math.inf if parted else _accuracy_tolerance(task, truth.learned, runs),
        published=dataset.published(case.published) if case.published else (),
    )


def _tolerances(case: Case, truth: Lesson, runs: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """The rule at every step; the yardstick is the greatest deviation so far, so it never shrinks.

    S is the loss and the greatest sum of absolute values behind a score, the greatest so far too. Runs that have parted
    once have parted for good, however large a later loss may be.
    """
    found, deviation, size = [], 0.0, 0.0
    for step, (loss, scale) in enumerate(zip(truth.learned.losses, truth.scales, strict=True)):
        # np.max, not max: Python's lets NaN slip through.
        deviation = float(np.max([deviation, *(abs(run[step] - loss) for run in runs)]))
        deviation = deviation if _together(deviation, loss) else math.inf
        size = max(size, scale + loss)
        found.append(_allowed(case, deviation, size, loss))
    return tuple(found)


def _parameters(case: Case, truth: Learned, runs: Iterable[Learned]) -> dict[str, Wanted]:
    """The rule for every final parameter; its own size is what the last update's rounding is relative to."""
    runs = tuple(runs)
    return {
        name: Wanted(
            wanted, wanted, _allowed(case, _deviation(name, wanted, runs), _greatest(wanted), _greatest(wanted))
        )
        for name, wanted in truth.parameters.items()
    }


def _deviation(name: str, wanted: Array, runs: Iterable[Learned]) -> float:
    """How far a parameter went astray in any of the runs."""
    return max(_greatest(run.parameters[name] - wanted) for run in runs)


def _allowed(case: Case, deviation: float, scale: float, value: float) -> float:
    """The rule; infinite where the runs have parted, so that rounding decides."""
    return RULES[case.dtype].allowed(deviation, scale) if _together(deviation, value) else math.inf


def _together(deviation: float, value: float) -> bool:
    """Whether the runs have not parted; NaN has."""
    return deviation <= PARTED * value


def _accuracy_tolerance(task: Task, truth: Learned, runs: Iterable[Learned]) -> float:
    """What the runs differ by, and one example: a score may lie as near another as it likes."""
    examples = sum(len(batch.targets) for batch in task.held_out)
    if not examples or truth.accuracy is None:
        return 0.0
    return max(abs((run.accuracy or 0.0) - truth.accuracy) for run in runs) + 1 / examples


def _greatest(array: Array) -> float:
    return float(np.max(np.abs(array), initial=0.0))
