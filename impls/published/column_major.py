"""As published: a tanh cell with a softmax head, features first, whose backward ignores what reaches it.

Written anew from what the published code does, its mistakes included; `../column_major.py` is the same put right and
says what the letters and shapes are. Its forward is right. Its head has a forward alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
Cache = tuple[Array, Array, Array, Mapping[str, Array]]


def softmax(z: Array) -> Array:
    """Columns of z (O, B) as probabilities, less one maximum for all: 0 / 0 = NaN in a column far below it."""
    powers = np.exp(z - np.max(z))
    return powers / np.sum(powers, axis=0)


def rnn_cell_forward(x_t: Array, a_prev: Array, parameters: Mapping[str, Array]) -> tuple[Array, Array, Cache]:
    """One step: the next state (H, B), the prediction (O, B), and what the way back needs."""
    a_next = np.tanh(parameters["Wam"] @ x_t + parameters["Waa"] @ a_prev + parameters["ba"])
    y_t = softmax(parameters["Wya"] @ a_next + parameters["by"])
    return a_next, y_t, (a_next, a_prev, x_t, parameters)


def rnn_forward(x: Array, a0: Array, parameters: Mapping[str, Array]) -> tuple[Array, Array, list[Cache]]:
    """A sequence (I, B, T) from the state a0 (H, B): states (H, B, T), predictions (O, B, T) and caches."""
    a, y, caches = [], [], []
    a_next = a0
    for t in range(x.shape[2]):
        a_next, y_t, cache = rnn_cell_forward(x[:, :, t], a_next, parameters)
        a.append(a_next)
        y.append(y_t)
        caches.append(cache)
    return np.stack(a, axis=2), np.stack(y, axis=2), caches


def rnn_cell_backward(da_next: Array, cache: Cache) -> dict[str, Array]:  # noqa: ARG001 -- never read, as published
    """One step back: the slope of tanh, 1 - a^2, alone; nothing of the gradient of its state enters."""
    a_next, a_prev, x_t, parameters = cache
    slope = 1 - a_next**2
    dx_t = 1 - a_next**2  # noqa: F841 -- (H, B) where the gradient of x_t, (I, B), belongs; and not returned
    return {
        "da_prev": parameters["Waa"].T @ slope,
        "dWam": slope @ x_t.T,
        "dWaa": slope @ a_prev.T,
        "dba": np.sum(slope, axis=1, keepdims=True),
    }


def rnn_backward(da: Array, caches: list[Cache]) -> dict[str, Array]:
    """A sequence back, from the gradient da (H, B, T) of its states: "da0" and the sums of the cell's gradients."""
    carry = np.zeros_like(da[:, :, 0])
    total = {f"d{name}": np.zeros_like(caches[0][3][name]) for name in ("Wam", "Waa", "ba")}
    for t in reversed(range(da.shape[2])):
        step = rnn_cell_backward(da[:, :, t] + carry, caches[t])
        carry = step.pop("da_prev")
        for name, gradient in step.items():
            total[name] += gradient
    return {"da0": carry, **total}


class RNN:
    """The wiring: one layer under torch's names, its axes where torch has them, and a head that nobody reads."""

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True) -> None:
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias

    def load_state_dict(self, state: Mapping[str, Array]) -> None:
        """Take torch's parameters; its two biases are one column here, and without them that is zero."""
        weight_ih, weight_hh = state["weight_ih_l0"], state["weight_hh_l0"]
        dtype = weight_hh.dtype
        both = state["bias_ih_l0"] + state["bias_hh_l0"] if self.bias else np.zeros(self.hidden_size, dtype)
        head = {"Wya": np.zeros((1, self.hidden_size), dtype), "by": np.zeros((1, 1), dtype)}
        self.parameters = {"Wam": weight_ih, "Waa": weight_hh, "ba": both[:, np.newaxis], **head}

    def forward(self, input: Array, h_0: Array | None = None) -> tuple[Array, Array]:  # noqa: A002 -- torch's name
        """Output (T, B, H) and h_n (1, B, H) of input (T, B, I) and h_0 (1, B, H)."""
        if input.ndim == 2:  # noqa: PLR2004 -- (T, I)
            raise NotImplementedError("unbatched input: x is (I, B, T)")
        a0 = np.zeros((self.hidden_size, input.shape[1]), input.dtype) if h_0 is None else h_0[0].T
        a, _, self.caches = rnn_forward(input.transpose(2, 1, 0), a0, self.parameters)
        self.h_0_given = h_0 is not None
        return a.transpose(2, 1, 0).copy(), a[:, :, -1].T[np.newaxis].copy()

    def backward(self, grad_output: Array, grad_h_n: Array) -> dict[str, Array]:
        """What it returns, by torch's names; the gradient of input is not among it."""
        da = grad_output.transpose(2, 1, 0).copy()
        da[:, :, -1] += grad_h_n[0].T
        found = rnn_backward(da, self.caches)
        gradients = {"weight_ih_l0": found["dWam"], "weight_hh_l0": found["dWaa"]}
        if self.bias:
            gradients |= {"bias_ih_l0": found["dba"][:, 0], "bias_hh_l0": found["dba"][:, 0].copy()}
        return gradients | ({"h_0": found["da0"].T[np.newaxis]} if self.h_0_given else {})
