"""A tanh cell with a softmax head, features first, forward and backward through time in NumPy.

Columns are samples: x_t is (I, B), a state a is (H, B), a sequence x is (I, B, T). The parameters are a dict of
Wam (H, I), Waa (H, H) and ba (H, 1), and of the head's Wya (O, H) and by (O, 1), which may be left out together:

    a_t = tanh(Wam x_t + Waa a_{t-1} + ba)        y_t = softmax(Wya a_t + by), over each column
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Cache:
    """What the way back needs of one step: its states (H, B), its input (I, B), its prediction (O, B) or None."""

    a_next: Array
    a_prev: Array
    x_t: Array
    y_t: Array | None
    parameters: Mapping[str, Array]


def softmax(z: Array) -> Array:
    """Each column of z (O, B) as probabilities.

    Each column's own maximum is subtracted: its exponentials then contain a 1, and their sum is never 0. With one
    maximum for all, every exponential of a column far below it is 0, and 0 / 0 is NaN.
    """
    powers = np.exp(z - np.max(z, axis=0, keepdims=True))
    return powers / np.sum(powers, axis=0, keepdims=True)


def softmax_backward(dy: Array, y: Array) -> Array:
    """The gradient (O, B) of z, from that of y = softmax(z): y (dy - sum(dy y)), the sum over each column."""
    return y * (dy - np.sum(dy * y, axis=0, keepdims=True))


def rnn_cell_forward(x_t: Array, a_prev: Array, parameters: Mapping[str, Array]) -> tuple[Array, Array | None, Cache]:
    """One step: the next state (H, B), the prediction (O, B) or None, and what the way back needs."""
    a_next = np.tanh(parameters["Wam"] @ x_t + parameters["Waa"] @ a_prev + parameters["ba"])
    y_t = softmax(parameters["Wya"] @ a_next + parameters["by"]) if "Wya" in parameters else None
    return a_next, y_t, Cache(a_next, a_prev, x_t, y_t, parameters)


def rnn_forward(x: Array, a0: Array, parameters: Mapping[str, Array]) -> tuple[Array, Array | None, list[Cache]]:
    """A sequence (I, B, T) from the state a0 (H, B): states (H, B, T), predictions (O, B, T) or None, and caches."""
    a, y, caches = [], [], []
    a_next = a0
    for t in range(x.shape[2]):
        a_next, y_t, cache = rnn_cell_forward(x[:, :, t], a_next, parameters)
        a.append(a_next)
        y.append(y_t)
        caches.append(cache)
    predictions = np.stack(y, axis=2) if "Wya" in parameters else None
    return np.stack(a, axis=2), predictions, caches


def head_backward(dy_t: Array, cache: Cache) -> dict[str, Array]:
    """The head's gradients: "da_next" (H, B), "dWya" and "dby", from the gradient dy_t (O, B) of its prediction."""
    dz = softmax_backward(dy_t, cache.y_t)
    return {
        "da_next": cache.parameters["Wya"].T @ dz,
        "dWya": dz @ cache.a_next.T,
        "dby": np.sum(dz, axis=1, keepdims=True),
    }


def rnn_cell_backward(da_next: Array, cache: Cache) -> dict[str, Array]:
    """One step back: from the whole gradient da_next (H, B) of its state to those of all that made it.

    Whatever reaches the state (from its prediction, from the step after it) is multiplied by tanh's slope, 1 - a^2.
    """
    dz = (1 - cache.a_next**2) * da_next
    return {
        "dx_t": cache.parameters["Wam"].T @ dz,
        "da_prev": cache.parameters["Waa"].T @ dz,
        "dWam": dz @ cache.x_t.T,
        "dWaa": dz @ cache.a_prev.T,
        "dba": np.sum(dz, axis=1, keepdims=True),
    }


def rnn_backward(da: Array, caches: list[Cache], dy: Array | None = None) -> dict[str, Array]:
    """A sequence back: "dx" (I, B, T), "da0" (H, B), and the gradient of each parameter, named "d" and its name.

    da (H, B, T) is the gradient of the states themselves and dy (O, B, T) that of the predictions. What reaches a
    state is the sum of both, the latter through the head, and of what the step after it hands back.
    """
    if dy is not None and caches[0].y_t is None:
        raise ValueError("dy is given, but the parameters have no head: they should hold Wya and by")
    carry, dx = np.zeros_like(da[:, :, 0]), []
    names = ["dWam", "dWaa", "dba", *(["dWya", "dby"] if dy is not None else [])]
    total = {name: np.zeros_like(caches[0].parameters[name[1:]]) for name in names}
    for t in reversed(range(da.shape[2])):
        head = {} if dy is None else head_backward(dy[:, :, t], caches[t])
        step = head | rnn_cell_backward(da[:, :, t] + carry + head.get("da_next", 0), caches[t])
        for name in names:
            total[name] += step[name]
        dx.append(step["dx_t"])
        carry = step["da_prev"]
    return {"dx": np.stack(dx[::-1], axis=2), "da0": carry, **total}


class RNN:
    """The cell without its head, under torch's names: one layer, one direction, tanh, batched."""

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True) -> None:
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias

    def load_state_dict(self, state: Mapping[str, Array]) -> None:
        """Take torch's parameters; its two biases are one column here, and without them that is zero."""
        weight_ih, weight_hh = state["weight_ih_l0"], state["weight_hh_l0"]
        both = state["bias_ih_l0"] + state["bias_hh_l0"] if self.bias else np.zeros(self.hidden_size, weight_hh.dtype)
        self.parameters = {"Wam": weight_ih, "Waa": weight_hh, "ba": both[:, np.newaxis]}

    def forward(self, input: Array, h_0: Array | None = None) -> tuple[Array, Array]:  # noqa: A002 -- torch's name
        """Output (T, B, H) and h_n (1, B, H) of input (T, B, I) and h_0 (1, B, H)."""
        if input.ndim == 2:  # noqa: PLR2004 -- (T, I)
            raise NotImplementedError("unbatched input: x is (I, B, T)")
        a0 = np.zeros((self.hidden_size, input.shape[1]), input.dtype) if h_0 is None else h_0[0].T
        a, _, self.caches = rnn_forward(input.transpose(2, 1, 0), a0, self.parameters)
        self.h_0_given = h_0 is not None
        return a.transpose(2, 1, 0).copy(), a[:, :, -1].T[np.newaxis].copy()

    def backward(self, grad_output: Array, grad_h_n: Array) -> dict[str, Array]:
        """Gradients by torch's names of the latest forward; both biases have the one bias's."""
        da = grad_output.transpose(2, 1, 0).copy()
        da[:, :, -1] += grad_h_n[0].T
        found = rnn_backward(da, self.caches)
        gradients = {
            "input": found["dx"].transpose(2, 1, 0),
            "weight_ih_l0": found["dWam"],
            "weight_hh_l0": found["dWaa"],
        }
        if self.bias:
            gradients |= {"bias_ih_l0": found["dba"][:, 0], "bias_hh_l0": found["dba"][:, 0].copy()}
        return gradients | ({"h_0": found["da0"].T[np.newaxis]} if self.h_0_given else {})
