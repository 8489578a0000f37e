"""A function: rnn(input, h_0 or None, state, input_size=..., hidden_size=..., other non-default arguments)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.adapters.signature import parameters_of
from conformance.adapters.subject import SubjectImplementation
from conformance.arguments import Array
from conformance.case import SIZES, Case
from conformance.implementation import Instance, NotConnectedError


class FunctionImplementation(SubjectImplementation):
    """A function that is handed everything in each call; it offers no gradients."""

    def build(self, case: Case) -> Instance:
        """Bind the configuration; nothing runs yet."""
        positional, keywords = case.constructor()
        names = [name for name in SIZES if name != case.omit]
        sizes = dict(zip(names, positional, strict=False))
        accepted = parameters_of(self._subject)
        # The sizes can be read off the arrays, so a function may do without them.
        taken = {name: value for name, value in sizes.items() if accepted is None or name in accepted}
        return FunctionInstance(self._subject, taken | keywords)


class FunctionInstance(Instance):
    """A function with its configuration."""

    def __init__(self, subject: Callable[..., Any], configuration: dict[str, Any]) -> None:
        self._subject = subject
        self._configuration = configuration
        self._state: dict[str, Array] = {}

    def load(self, parameters: dict[str, Array]) -> None:
        """Keep the parameters for the calls."""
        self._state = parameters

    def accepts_h_0(self) -> bool:
        """The second argument is always there."""
        return True

    def forward(self, input: Any, h_0: Any) -> Any:  # noqa: A002 -- torch's own argument name
        """Call the function."""
        return self._subject(input, h_0, self._state, **self._configuration)

    def offers_backward(self) -> bool:
        """A function has no second entrance."""
        return False

    def backward(self, grad_output: Array, grad_h_n: Array) -> Any:  # noqa: ARG002
        """Refuse: never called."""
        raise NotConnectedError("a function offers no gradients")
