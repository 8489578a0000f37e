"""Warming: what every case does is done once before the first fork, so that no child has to load it."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from conformance.adapters import adapt
from conformance.arguments import Arguments
from conformance.case import Case
from conformance.observation import Answered, observe
from conformance.wire import Limits, decode, encode, read_request, write_reply, write_request

#: What submissions import, and NumPy loads when it is asked for first.
_MODULES = (
    "numpy.linalg", "numpy.random", "numpy.typing", "abc", "collections.abc", "copy", "dataclasses", "enum",
    "functools", "itertools", "math", "numbers", "operator", "random", "typing", "warnings",
)  # fmt: skip

#: What torch imports when it differentiates first, given gradients from above: two seconds' worth, sympy and all.
_TORCH_MODULES = ("torch.fx.experimental.symbolic_shapes", "torch.nested._internal.nested_tensor")


def warm() -> None:
    """Import what submissions usually import, and walk one small case through, there and back."""
    for name in _MODULES:
        importlib.import_module(name)
    case = Case(id="", asks="gradients", input_size=2, hidden_size=2, seq_len=2, batch_size=1)
    shape = (2, 1, 2)
    parameters = {"weight_ih_l0": np.ones((2, 2))}
    arguments = Arguments(np.ones(shape), None, parameters, np.ones(shape), np.ones((1, 1, 2)))
    question = decode(encode(write_request(case, ((case, arguments),), 1)), Limits(1 << 20))
    observed = observe(adapt(_Example, "example"), *read_request(question))
    if isinstance(observed, Answered):
        encode(write_reply(observed, 1))


def warm_torch() -> None:
    """Walk a torch module through, forward alone: whatever autograd starts would be missing after a fork."""
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)
    for name in _TORCH_MODULES:
        importlib.import_module(name)

    class Example(torch.nn.Module):  # type: ignore[misc, name-defined]
        """Anything that answers."""

        def __init__(self, input_size: int, hidden_size: int) -> None:
            super().__init__()
            self.weight_ih_l0 = torch.nn.Parameter(torch.zeros(hidden_size, input_size))

        def forward(self, input: Any) -> Any:  # noqa: A002 -- torch's own argument name
            """Something like a step."""
            output = torch.tanh(input @ self.weight_ih_l0.T)
            return output, output[-1:]

    case = Case(id="", asks="values", input_size=2, hidden_size=2, seq_len=2, batch_size=1)
    shape, parameters = (2, 1, 2), {"weight_ih_l0": np.ones((2, 2))}
    arguments = Arguments(np.ones(shape), None, parameters, np.ones(shape), np.ones((1, 1, 2)))
    observe(adapt(Example, "example"), case, ((case, arguments),))


class _Example:
    """Anything that answers."""

    def __init__(self, input_size: int, hidden_size: int) -> None:
        self.weight_ih_l0 = np.zeros((hidden_size, input_size))

    def forward(self, input: np.ndarray, h_0: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:  # noqa: A002, ARG002
        """Something like a step."""
        output = np.tanh(input @ self.weight_ih_l0.T)
        return output, output[-1:]

    def backward(self, grad_output: np.ndarray, grad_h_n: np.ndarray) -> dict[str, np.ndarray]:  # noqa: ARG002
        """Something like a gradient."""
        return {"input": grad_output @ self.weight_ih_l0}
