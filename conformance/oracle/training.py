"""torch learns a task end to end: nn.RNN, nn.Linear, CrossEntropyLoss and torch.optim."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import numpy as np
import torch

from conformance.arguments import Array
from conformance.oracle.disturbed import OPTIMIZERS, DisturbedTraining
from conformance.training import progress
from conformance.training.learned import Learned
from conformance.training.sampling import write_text
from conformance.training.task import Batch, Task
from conformance.training.trainer import Lesson, Trainer


class TorchTrainer(Trainer):
    """Trains by torch's own loop."""

    def train(self, task: Task) -> Lesson:
        """Learn in the task's dtype."""
        with _own_settings():
            return _Training(task).run()

    def train_disturbed(self, task: Task, disturbance: float, runs: int) -> tuple[Learned, ...]:
        """Learn in the task's dtype, off by a little at random in every step."""
        with _own_settings():
            return DisturbedTraining(task, disturbance, runs).run()


class _Model(torch.nn.Module):  # type: ignore[misc]  # torch's types are not read
    """The layer, and a linear head on what the task reads of its answer."""

    def __init__(self, task: Task) -> None:
        super().__init__()
        positional, keywords = task.case.constructor()
        self._task = task
        self.rnn = torch.nn.RNN(*positional, **keywords)
        self.head = torch.nn.Linear(*reversed(task.head["head.weight"].shape))

    def forward(self, input: torch.Tensor, h_0: torch.Tensor | None) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:  # noqa: A002 -- torch's own name
        """What the head reads (N, D*H), what each class is given (N, C), and h_n."""
        output, h_n = self.rnn(input, h_0)
        if self._task.reads == "output":
            features = output.flatten(end_dim=-2)
        else:
            last = h_n[-self._task.case.directions :]
            features = torch.cat(list(last), dim=-1)
            features = features if self._task.case.batched else features.unsqueeze(0)
        return features, self.head(features), h_n


class _Training:
    """One run of the loop."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._model = self._loaded()
        case = task.case
        # An optimiser that holds another model's parameters finds no gradients there, and changes nothing here.
        owner = self._model if case.updates == "own" else self._loaded()
        self._optimizer = OPTIMIZERS[case.optimizer or "SGD"](owner.parameters(), lr=case.learning_rate)
        self._criterion = torch.nn.CrossEntropyLoss(reduction=case.reduction)

    def run(self) -> Lesson:
        """Every step, then what was held out, then text."""
        losses, scales = [], []
        state = None
        for step, batch in enumerate(self._task.batches):
            loss, scale, state = self._step(batch, state)
            losses.append(loss)
            scales.append(scale)
            progress.tell(f"{self._task.case.id}, torch", step + 1, len(self._task.batches))
        parameters = {
            name.removeprefix("rnn."): value.detach().numpy().copy() for name, value in self._model.named_parameters()
        }
        with torch.no_grad():
            return Lesson(Learned(tuple(losses), parameters, self._accuracy(), self._sample()), tuple(scales))

    def _step(self, batch: Batch, state: torch.Tensor | None) -> tuple[float, float, torch.Tensor]:
        """One update; the loss before it, the greatest absolute sum behind a score, and the state at its end."""
        given = state if batch.carried else _tensor(batch.h_0)
        features, scores, h_n = self._model(_tensor(batch.input), given)
        loss = self._criterion(scores, torch.from_numpy(batch.targets))
        self._model.zero_grad()
        loss.backward()
        if self._task.case.clip is not None:
            torch.nn.utils.clip_grad_value_(self._model.parameters(), self._task.case.clip)
        scale = self._scale(features.detach())
        self._optimizer.step()
        predictions = 1 if self._task.case.reduction == "mean" else len(batch.targets)
        return loss.item() / predictions, scale, h_n.detach()

    def _scale(self, features: torch.Tensor) -> float:
        """The greatest sum of absolute values behind a score."""
        weight, bias = (p.detach().abs() for p in self._model.head.parameters())
        return float((features.abs() @ weight.T + bias).max())

    def _accuracy(self) -> float | None:
        """The share of what was held out that is told right."""
        right: list[bool] = []
        for batch in self._task.held_out:
            scores = self._model(_tensor(batch.input), _tensor(batch.h_0))[1]
            right += (scores.argmax(dim=1) == torch.from_numpy(batch.targets)).tolist()
        return float(np.mean(right)) if right else None

    def _sample(self) -> str:
        """Text that it writes, where the task is one of text and the state can be handed on."""
        if not self._task.alphabet or self._task.case.h_0 == "absent":
            return ""

        def step(seen: Array, state: Array) -> tuple[Array, Array]:
            _, scores, h_n = self._model(torch.from_numpy(seen), torch.from_numpy(state))
            return scores[0].numpy(), h_n.numpy()

        return write_text(self._task, step)

    def _loaded(self) -> _Model:
        """A model with the task's initial parameters, in its dtype."""
        values = {f"rnn.{name}": value for name, value in self._task.parameters.items()} | self._task.head
        model = _Model(self._task)
        model.to(torch.from_numpy(next(iter(values.values()))).dtype)
        model.load_state_dict({name: torch.from_numpy(value) for name, value in values.items()})
        return model


@contextmanager
def _own_settings() -> Iterator[None]:
    """Gradients on and tensors on the CPU, whatever some implementation set for the whole process."""
    # Naming the device costs as much as a small training, so it is named only where it was set to another.
    elsewhere = torch.get_default_device() != torch.device("cpu")
    with torch.enable_grad(), torch.device("cpu") if elsewhere else nullcontext():
        yield


def _tensor(array: Array | None) -> torch.Tensor | None:
    return None if array is None else torch.from_numpy(array)
