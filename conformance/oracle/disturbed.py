"""torch learns a task off by a little in every step: what somebody's rounding might do, made by torch's own operations.

Several runs are one computation, with the run as the first axis of every array. Off by up to so much of itself is, in
every step, what gradients are taken at: every parameter, every state as tanh made it (1 - h*h is taken of that, so that
saturated states count as they do in anybody's arithmetic), and every probability of the softmax. nn.RNN lets nobody in
between its time steps, so the layer is written out here; without disturbance it learns as nn.RNN does.
"""

from __future__ import annotations

import zlib
from typing import Any

import torch

from conformance.training import progress
from conformance.training.learned import Learned
from conformance.training.task import HEAD, Batch, Task

#: As in torch.optim, by the name that a case gives.
OPTIMIZERS = {"SGD": torch.optim.SGD, "Adam": torch.optim.Adam, "Adagrad": torch.optim.Adagrad}


class DisturbedTraining:
    """Several runs of the loop at once."""

    def __init__(self, task: Task, disturbance: float, runs: int) -> None:
        self._task = task
        self._disturbance = disturbance
        self._runs = runs
        self._generator = torch.Generator().manual_seed(zlib.crc32(f"{task.case.id}|disturbance".encode()))
        values = task.parameters | task.head
        self._parameters = {
            name: torch.from_numpy(value).expand(runs, *value.shape).clone().requires_grad_()
            for name, value in values.items()
        }
        self._optimizer = OPTIMIZERS[task.case.optimizer or "SGD"](
            self._parameters.values(), lr=task.case.learning_rate
        )

    def run(self) -> tuple[Learned, ...]:
        """Every step, then what was held out; one Learned a run."""
        losses, state = [], None
        for step, batch in enumerate(self._task.batches):
            loss, state = self._step(batch, state)
            losses.append(loss)
            progress.tell(f"{self._task.case.id}, torch disturbed", step + 1, len(self._task.batches))
        accuracies = self._accuracies()
        return tuple(
            Learned(
                tuple(float(loss[run]) for loss in losses),
                {name: value.detach()[run].numpy().copy() for name, value in self._parameters.items()},
                accuracies[run] if accuracies else None,
            )
            for run in range(self._runs)
        )

    def _step(self, batch: Batch, state: torch.Tensor | None) -> tuple[torch.Tensor, torch.Tensor]:
        """One update; each run's loss before it, and the states at its end."""
        disturbed = {name: value * self._factor(value.shape, value.dtype) for name, value in self._parameters.items()}
        scores, h_n = self._scores(disturbed, batch, state if batch.carried else None)
        losses = self._losses(scores, batch)
        self._optimizer.zero_grad()
        losses.sum().backward()
        if self._task.case.clip is not None:
            torch.nn.utils.clip_grad_value_(self._parameters.values(), self._task.case.clip)
        if self._task.case.updates == "own":
            self._optimizer.step()
        return losses.detach() / self._predictions(batch), h_n.detach()

    def _losses(self, scores: torch.Tensor, batch: Batch) -> torch.Tensor:
        """Each run's cross entropy, reduced as the case says; on the way back its probabilities are off by a little."""
        log_p = scores.log_softmax(dim=-1)
        targets = torch.from_numpy(batch.targets).expand(self._runs, -1).unsqueeze(2)
        share = self._predictions(batch) / len(batch.targets)
        # The gradient is p, less 1 at the target; that is off by as much as the 1 is, too.
        sizes = log_p.detach().exp().scatter_add(2, targets, torch.ones_like(log_p[..., :1]))
        noise = (self._factor(sizes.shape, sizes.dtype) - 1) * sizes * share
        scores.register_hook(lambda gradient: gradient + noise)
        return -log_p.gather(2, targets).sum(dim=(1, 2)) * share

    def _predictions(self, batch: Batch) -> int:
        """How many predictions' losses are added up: the loss of a mean is one's."""
        return len(batch.targets) if self._task.case.reduction == "sum" else 1

    def _scores(
        self, parameters: dict[str, torch.Tensor], batch: Batch, state: torch.Tensor | None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """What each class is given (R, N, C), and every scan's last state (R, L*D, B, H)."""
        case = self._task.case
        x = self._time_first(batch)
        if state is None:
            state = self._first(batch, x)
        last: list[torch.Tensor] = []
        for layer in range(case.num_layers):
            outputs: list[torch.Tensor] = []
            for d, suffix in enumerate(("", "_reverse")[: case.directions]):
                states = self._scan(parameters, f"_l{layer}{suffix}", x.flip(1) if d else x, state[:, len(last)])
                last.append(states[:, -1])
                outputs.append(states.flip(1) if d else states)
            x = torch.cat(outputs, dim=-1)
        if self._task.reads == "h_n":
            features = torch.cat(last[-case.directions :], dim=-1)
        else:
            features = (x.transpose(1, 2) if case.batch_first and case.batched else x).flatten(1, 2)
        weight, bias = (parameters[name] for name in HEAD)
        return features @ weight.transpose(1, 2) + bias.unsqueeze(1), torch.stack(last, dim=1)

    def _time_first(self, batch: Batch) -> torch.Tensor:
        """The input (R, T, B, I)."""
        x = torch.from_numpy(batch.input)
        if not self._task.case.batched:
            x = x.unsqueeze(1)
        elif self._task.case.batch_first:
            x = x.transpose(0, 1)
        return x.expand(self._runs, -1, -1, -1)

    def _scan(self, parameters: dict[str, torch.Tensor], name: str, x: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
        """The states (R, T, B, H) of one direction of one layer, which reads x (R, T, B, n)."""
        runs, steps, size, _ = x.shape
        projected = (x.flatten(1, 2) @ parameters[f"weight_ih{name}"].transpose(1, 2)).view(runs, steps, size, -1)
        if self._task.case.bias:
            biases = parameters[f"bias_ih{name}"] + parameters[f"bias_hh{name}"]
            projected = projected + biases[:, None, None]
        weight = parameters[f"weight_hh{name}"].transpose(1, 2)
        factors = self._factor(projected.shape, projected.dtype)
        states = []
        for t in range(steps):
            h = _Squash.apply(projected[:, t] + h @ weight, factors[:, t])
            states.append(h)
        return torch.stack(states, dim=1)

    def _first(self, batch: Batch, x: torch.Tensor) -> torch.Tensor:
        """The initial states (R, L*D, B, H) of a batch that is given none of an earlier step."""
        case = self._task.case
        if batch.h_0 is None:
            return x.new_zeros(self._runs, case.num_layers * case.directions, x.shape[2], case.hidden_size)
        h_0 = torch.from_numpy(batch.h_0)
        return (h_0 if case.batched else h_0.unsqueeze(1)).expand(self._runs, -1, -1, -1)

    def _factor(self, shape: tuple[int, ...], dtype: Any) -> torch.Tensor:
        """1, off by up to the disturbance."""
        numbers = torch.rand(shape, generator=self._generator, dtype=dtype)
        return numbers.mul_(2 * self._disturbance).add_(1 - self._disturbance)

    def _accuracies(self) -> list[float]:
        """Each run's share of what was held out that is told right."""
        with torch.no_grad():
            right = [
                self._scores(self._parameters, batch, None)[0].argmax(dim=-1) == torch.from_numpy(batch.targets)
                for batch in self._task.held_out
            ]
        return torch.cat(right, dim=1).double().mean(dim=1).tolist() if right else []


class _Squash(torch.autograd.Function):  # type: ignore[misc]  # torch's types are not read
    """tanh, off by a factor, and 1 - h*h of what that gives."""

    @staticmethod
    def forward(ctx: Any, a: torch.Tensor, factor: torch.Tensor) -> torch.Tensor:
        """h, which is kept."""
        h = a.tanh() * factor
        ctx.save_for_backward(h)
        return h

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, None]:
        """The gradient of a; the factor is no part of the network."""
        (h,) = ctx.saved_tensors
        return gradient * (1 - h * h), None
