"""Learning a task with somebody's layer: the head, the loss and the optimiser are the harness's own."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from conformance.arguments import Array, output_shape, state_shape
from conformance.implementation import Implementation, Instance
from conformance.observation import Declined, Lost, LostError, NotObservedError, Raised, failure_of
from conformance.quiet import quiet
from conformance.training import head, progress
from conformance.training.answer import Answer, read_answer, read_gradients
from conformance.training.learned import Learned, Unreadable
from conformance.training.optimizer import clipped, optimizer_of
from conformance.training.sampling import write_text
from conformance.training.task import Batch, Task


def learn(implementation: Implementation, task: Task) -> Learned:
    """Learn a task with one instance, which is handed the parameters anew before every step.

    It is given copies, so that nothing that it keeps or changes reaches ours. Whatever it does is part of what came of
    it; only Ctrl-C gets out.
    """
    learning = _Learning(implementation, task)
    with quiet(), implementation.together():
        try:
            return learning.run()
        except _EndError as end:
            return Learned(tuple(learning.losses), ended=end.outcome)


class _EndError(Exception):
    """Learning cannot go on."""

    def __init__(self, outcome: Raised | Declined | Lost | Unreadable) -> None:
        super().__init__(str(outcome))
        self.outcome = outcome


class _Learning:
    """The loop; `losses` are those so far."""

    def __init__(self, implementation: Implementation, task: Task) -> None:
        self.losses: list[float] = []
        self._implementation = implementation
        self._task = task
        self._parameters = {name: array.copy() for name, array in task.parameters.items()}
        self._head = {name: array.copy() for name, array in task.head.items()}
        self._optimizer = optimizer_of(task.case)

    def run(self) -> Learned:
        """Every step, then what was held out, then text."""
        lacking = self._do("construct", "", self._implementation.lacks, self._task.case)
        if lacking is not None:
            raise _EndError(Declined(f"its signature has no {lacking}"))
        instance = self._do("construct", "", self._implementation.build, self._task.case)
        state = None
        for step, batch in enumerate(self._task.batches):
            state = self._step(instance, step, batch, state)
            progress.tell(self._task.case.id, step + 1, len(self._task.batches))
        self._do("load", _AFTER, instance.load, _copies(self._parameters))
        return Learned(
            tuple(self.losses), self._parameters | self._head, self._accuracy(instance), self._sample(instance)
        )

    def _step(self, instance: Instance, step: int, batch: Batch, state: Array | None) -> Array:
        """One update; returns the state in which the batch was left."""
        when = f"at step {step}"
        self._do("load", when, instance.load, _copies(self._parameters))
        answer = self._forward(instance, when, batch, state if batch.carried else batch.h_0)
        marks = head.mark(self._task, self._head, batch.targets, answer.output, answer.h_n)
        self.losses.append(marks.loss)
        if not self._do("backward", when, instance.offers_backward):
            raise _EndError(Declined("it has no backward"))
        found = self._do("backward", when, instance.backward, marks.grad_output, marks.grad_h_n)
        gradients = self._do("backward", when, read_gradients, instance, found, self._parameters, when)
        if isinstance(gradients, Unreadable):
            raise _EndError(gradients)
        if self._task.case.updates == "own":
            self._update(gradients | marks.gradients)
        return answer.h_n

    def _update(self, gradients: dict[str, Array]) -> None:
        """Change the parameters, the head's with the layer's."""
        within = {name: clipped(gradient, self._task.case.clip) for name, gradient in gradients.items()}
        self._optimizer.step(self._parameters | self._head, within)

    def _forward(self, instance: Instance, when: str, batch: Batch, h_0: Array | None) -> Answer:
        """One call, and its answer if that can be learned from."""
        if h_0 is not None and not self._do("forward", when, instance.accepts_h_0):
            raise _EndError(Declined("its call takes no h_0"))
        given = None if h_0 is None else h_0.copy()
        found = self._do("forward", when, instance.forward, batch.input.copy(), given)
        shapes, dtype = _shapes(self._task, batch), batch.input.dtype
        answer: Answer | Unreadable = self._do("forward", when, read_answer, instance, found, shapes, dtype, when)
        if isinstance(answer, Unreadable):
            raise _EndError(answer)
        return answer

    def _accuracy(self, instance: Instance) -> float | None:
        """The share of what was held out that it tells right."""
        right: list[bool] = []
        for batch in self._task.held_out:
            answer = self._forward(instance, _AFTER, batch, batch.h_0)
            scores = head.logits(self._task, self._head, answer.output, answer.h_n)
            right += list(scores.argmax(axis=1) == batch.targets)
        return float(np.mean(right)) if right else None

    def _sample(self, instance: Instance) -> str:
        """Text that it writes, where the task is one of text and the state can be handed on."""
        if not self._task.alphabet or self._task.case.h_0 == "absent":
            return ""

        def step(seen: Array, state: Array) -> tuple[Array, Array]:
            batch = Batch(seen, np.zeros(1, dtype=np.int64))
            answer = self._forward(instance, _AFTER, batch, state)
            return head.logits(self._task, self._head, answer.output, answer.h_n)[0], answer.h_n

        return write_text(self._task, step)

    def _do(self, stage: str, when: str, act: Any, *arguments: Any) -> Any:
        """Have the implementation do something; whatever it raises ends the learning."""
        try:
            return act(*arguments)
        except (KeyboardInterrupt, NotObservedError):
            raise
        except LostError as lost:
            raise _EndError(_at(lost.observation, when)) from None
        except BaseException as error:  # noqa: BLE001 -- as in observe
            raise _EndError(failure_of(error, f"{stage} {when}".strip(), self._task.case)) from None


#: When the parameters are those at the end.
_AFTER = "after the last step"


def _at(seen: Raised | Declined | Lost, when: str) -> Raised | Declined | Lost:
    """What came of it elsewhere, and when: a network is constructed once."""
    if not isinstance(seen, Raised) or seen.stage == "construct":
        return seen
    return dataclasses.replace(seen, stage=f"{seen.stage} {when}")


def _copies(parameters: dict[str, Array]) -> dict[str, Array]:
    """Fresh, writable copies."""
    return {name: array.copy() for name, array in parameters.items()}


def _shapes(task: Task, batch: Batch) -> dict[str, tuple[int, ...]]:
    """The shapes of output and h_n for a batch, which may hold more or less than the case says."""
    case = task.case
    features, rows = output_shape(case)[-1], state_shape(case)[0]
    sizes = (batch.input.shape[0 if case.batch_first else 1],) if case.batched else ()
    return {"output": (*batch.input.shape[:-1], features), "h_n": (rows, *sizes, case.hidden_size)}
