"""A trainer: whoever learns a task end to end on its own, which torch does in oracle/."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from conformance.training.learned import Learned
from conformance.training.task import Task


@dataclass(frozen=True)
class Lesson:
    """How torch learned a task; `scales` is, step by step, the greatest sum of absolute values behind a score."""

    learned: Learned
    scales: tuple[float, ...]


class Trainer(ABC):
    """Learns a task with a layer, a head and an optimiser of its own."""

    @abstractmethod
    def train(self, task: Task) -> Lesson:
        """Learn in the task's dtype."""

    @abstractmethod
    def train_disturbed(self, task: Task, disturbance: float, runs: int) -> tuple[Learned, ...]:
        """The same several times, off at random in every step.

        The gradients are those at parameters, states and probabilities that are off by up to so much of themselves; the
        parameters that are updated stay as they are.
        """
