"""Optimisers: torch.optim's update equations in torch's own order of operations, so that rounding hardly differs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

import numpy as np

from conformance.arguments import Array
from conformance.case import Case


class Optimizer(ABC):
    """Changes parameters in place by their gradients, one step after another."""

    def __init__(self, learning_rate: float) -> None:
        self.learning_rate = learning_rate
        self._steps = 0

    def step(self, parameters: Mapping[str, Array], gradients: Mapping[str, Array]) -> None:
        """One update of every parameter."""
        self._steps += 1
        for name, parameter in parameters.items():
            self._update(name, parameter, gradients[name])

    @abstractmethod
    def _update(self, name: str, parameter: Array, gradient: Array) -> None:
        """Change one parameter; `self._steps` counts from 1."""


class SGD(Optimizer):
    """p <- p - rate g."""

    def _update(self, name: str, parameter: Array, gradient: Array) -> None:  # noqa: ARG002 -- it keeps nothing by name
        parameter += -self.learning_rate * gradient


class Adam(Optimizer):
    """p <- p - rate/(1 - b1^t) m / (sqrt(v)/sqrt(1 - b2^t) + eps), m and v running means of g and its square.

    Source: torch.optim.Adam with its defaults (Kingma and Ba, 2015, algorithm 1).
    """

    BETAS = (0.9, 0.999)
    EPSILON = 1e-8

    def __init__(self, learning_rate: float) -> None:
        super().__init__(learning_rate)
        self._means: dict[str, Array] = {}
        self._squares: dict[str, Array] = {}

    def _update(self, name: str, parameter: Array, gradient: Array) -> None:
        mean = self._means.setdefault(name, np.zeros_like(parameter))
        square = self._squares.setdefault(name, np.zeros_like(parameter))
        mean += (1 - self.BETAS[0]) * (gradient - mean)
        square *= self.BETAS[1]
        square += (1 - self.BETAS[1]) * gradient * gradient
        size = self.learning_rate / (1 - self.BETAS[0] ** self._steps)
        spread = np.sqrt(square) / (1 - self.BETAS[1] ** self._steps) ** 0.5 + self.EPSILON
        parameter += -size * mean / spread


class Adagrad(Optimizer):
    """p <- p - rate g / (sqrt(s) + eps), s the sum of all squares of g so far.

    Source: torch.optim.Adagrad with its defaults (Duchi, Hazan and Singer, 2011).
    """

    EPSILON = 1e-10

    def __init__(self, learning_rate: float) -> None:
        super().__init__(learning_rate)
        self._squares: dict[str, Array] = {}

    def _update(self, name: str, parameter: Array, gradient: Array) -> None:
        square = self._squares.setdefault(name, np.zeros_like(parameter))
        square += gradient * gradient
        parameter += -self.learning_rate * gradient / (np.sqrt(square) + self.EPSILON)


OPTIMIZERS: dict[str, type[Optimizer]] = {"SGD": SGD, "Adam": Adam, "Adagrad": Adagrad}


def optimizer_of(case: Case) -> Optimizer:
    """The optimiser that a case names."""
    return OPTIMIZERS[case.optimizer or "SGD"](case.learning_rate or 0.0)


def clipped(gradient: Array, limit: float | None) -> Array:
    """Each number of a gradient within a limit, as min-char-rnn and torch.nn.utils.clip_grad_value_ do."""
    return gradient if limit is None else np.clip(gradient, -limit, limit)
