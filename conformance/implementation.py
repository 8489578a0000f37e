"""The contract: what the harness asks of any implementation, whatever shape its code has."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from conformance.arguments import Array
from conformance.case import Case


class NotConnectedError(Exception):
    """The implementation cannot be handed its parameters, or cannot be called; the text is for its author."""


class NoImplementationError(Exception):
    """There is no implementation where one was said to be; the text says what is there instead."""


class Instance(ABC):
    """One network, built afresh for one case."""

    @abstractmethod
    def load(self, parameters: dict[str, Array]) -> None:
        """Take parameters by torch's names; raises NotConnectedError where there is nothing that takes them."""

    @abstractmethod
    def accepts_h_0(self) -> bool:
        """Whether a call can be given h_0."""

    @abstractmethod
    def forward(self, input: Any, h_0: Any) -> Any:  # noqa: A002 -- torch's own argument name
        """Call with h_0 only where it is not None; returns whatever the implementation returns."""

    @abstractmethod
    def offers_backward(self) -> bool:
        """Whether gradients can be asked for."""

    @abstractmethod
    def backward(self, grad_output: Array, grad_h_n: Array) -> Any:
        """Gradients of the latest forward; returns whatever the implementation returns."""

    def read(self, value: Any) -> Array | None:
        """A copy of an answer as a plain array, or None where it is not exactly the array type that is asked for.

        Exactly: a subclass may answer for itself when it is compared, so it is never compared.
        """
        return value.copy(order="C") if is_plain_array(value) else None

    @property
    def array_type(self) -> str:
        """The array type that is asked for, as users know it."""
        return "numpy.ndarray"


class Implementation(ABC):
    """Something that claims to be torch.nn.RNN; `notes` are sentences on what cannot be seen of it."""

    notes: tuple[str, ...] = ()

    def __init__(self, name: str, *, description: str = "", origin: str = "") -> None:
        self.name = name
        self.description = description
        self.origin = origin

    @abstractmethod
    def lacks(self, case: Case) -> str | None:
        """The first argument that the case needs and the signature does not have."""

    @abstractmethod
    def build(self, case: Case) -> Instance:
        """Construct a fresh instance; whatever the constructor raises is let through."""

    def together(self) -> contextlib.AbstractContextManager[None]:
        """A block within which all calls are made in one process, where it has any of its own."""
        return contextlib.nullcontext()

    def close(self) -> None:  # noqa: B027 -- most have nothing to end
        """End what runs for it."""


class BrokenImplementation(Implementation):
    """One that cannot even be imported: building it raises what its import raised."""

    def __init__(self, name: str, error: BaseException, *, description: str = "", origin: str = "") -> None:
        super().__init__(name, description=description, origin=origin)
        self.error = error

    def lacks(self, case: Case) -> str | None:  # noqa: ARG002
        """Nothing is known of its signature."""
        return None

    def build(self, case: Case) -> Instance:  # noqa: ARG002
        """Raise what the import raised."""
        raise self.error


def is_plain_array(value: Any) -> bool:
    """Whether a value is exactly a NumPy array of plain numbers, not of a subclass and not of objects."""
    return type(value) is np.ndarray and value.dtype.kind in "biufc"
