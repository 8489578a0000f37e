"""The head: a linear layer on what the network gives, and the mean cross entropy, forward and backward."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from conformance.arguments import Array
from conformance.training.task import HEAD, Task


@dataclass(frozen=True)
class Marks:
    """What the head makes of one answer: the loss, and its gradients by output, by h_n and by the head's parameters."""

    loss: float
    grad_output: Array
    grad_h_n: Array
    gradients: dict[str, Array]


def logits(task: Task, head: dict[str, Array], output: Array, h_n: Array) -> Array:
    """What each class is given for each prediction, (N, C)."""
    weight, bias = (head[name] for name in HEAD)
    scores: Array = _features(task, output, h_n) @ weight.T + bias
    return scores


def mark(task: Task, head: dict[str, Array], targets: Array, output: Array, h_n: Array) -> Marks:
    """The mean cross entropy (nats a prediction), and the way back through it, or through N times it for a sum.

    With p = softmax(z), loss = -mean(log p of the target), and dz = (p - 1 at the target) / N.
    """
    features = _features(task, output, h_n)
    z = logits(task, head, output, h_n)
    z = z - z.max(axis=1, keepdims=True)
    rows = np.arange(len(targets))
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    dz = np.exp(log_p)
    dz[rows, targets] -= 1
    if task.case.reduction == "mean":
        dz /= len(targets)
    upstream = _upstream(task, dz @ head["head.weight"], output, h_n)
    loss = -float(log_p[rows, targets].mean())
    return Marks(loss, *upstream, dict(zip(HEAD, (dz.T @ features, dz.sum(axis=0)), strict=True)))


def _features(task: Task, output: Array, h_n: Array) -> Array:
    """What the head reads, (N, D*H): the last layer's final states side by side, or every step of output."""
    if task.reads == "output":
        return output.reshape(-1, output.shape[-1])
    last = h_n[-task.case.directions :].reshape(task.case.directions, -1, task.case.hidden_size)
    return np.concatenate(list(last), axis=1)


def _upstream(task: Task, gradient: Array, output: Array, h_n: Array) -> tuple[Array, Array]:
    """The gradient (N, D*H) of what was read as upstream gradients of output and h_n; the rest is zeros."""
    grad_output, grad_h_n = np.zeros_like(output), np.zeros_like(h_n)
    if task.reads == "output":
        return gradient.reshape(output.shape), grad_h_n
    last = grad_h_n[-task.case.directions :]
    last[...] = np.stack(np.split(gradient, task.case.directions, axis=1)).reshape(last.shape)
    return grad_output, grad_h_n
