"""A network that is kept from question to question, as one that learns is."""

from __future__ import annotations

from typing import Any

from conformance.arguments import Array
from conformance.case import Case
from conformance.implementation import Implementation, Instance
from conformance.wire import Hints


class KeepingImplementation(Implementation):
    """An implementation whose latest network is there again, where a question says that it is about the same one."""

    def __init__(self, kept: Implementation) -> None:
        super().__init__(kept.name, description=kept.description, origin=kept.origin)
        self._implementation = kept
        self._hints = Hints()
        self._number: int | None = None
        self._latest: _KeptInstance | None = None

    def heed(self, hints: Hints) -> None:
        """What the next question says besides."""
        self._hints = hints

    def lacks(self, case: Case) -> str | None:
        """The same."""
        return self._implementation.lacks(case)

    def build(self, case: Case) -> Instance:
        """The network that is asked about, or a new one."""
        number, only = self._hints.network, self._hints.only
        if number is not None and number == self._number and self._latest is not None and only:
            self._latest.only(only)
            return self._latest
        self._number = self._latest = None
        built = self._implementation.build(case)
        if number is None:
            return built
        self._number, self._latest = number, _KeptInstance(built)
        return self._latest


class _KeptInstance(Instance):
    """A network of which only some steps are done again; the others are as they were."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._only: tuple[str, ...] = ("load", "forward", "backward")
        self._answer: Any = None

    def only(self, steps: tuple[str, ...]) -> None:
        """The steps that are to be done."""
        self._only = steps

    def load(self, parameters: dict[str, Array]) -> None:
        """Load, where that is one of them."""
        if "load" in self._only:
            self._instance.load(parameters)

    def accepts_h_0(self) -> bool:
        """The same."""
        return self._instance.accepts_h_0()

    def forward(self, input: Any, h_0: Any) -> Any:  # noqa: A002 -- torch's own argument name
        """Call it, where that is one of them; else what it returned."""
        if "forward" in self._only:
            self._answer = None
            self._answer = self._instance.forward(input, h_0)
        return self._answer

    def offers_backward(self) -> bool:
        """The same."""
        return self._instance.offers_backward()

    def backward(self, grad_output: Array, grad_h_n: Array) -> Any:
        """The same."""
        return self._instance.backward(grad_output, grad_h_n)

    def read(self, value: Any) -> Array | None:
        """The same."""
        return self._instance.read(value)

    @property
    def array_type(self) -> str:
        """The same."""
        return self._instance.array_type
