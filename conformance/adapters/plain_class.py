"""A class in the shape of the contract: constructor, load_state_dict or attributes, forward, perhaps backward."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.adapters.signature import takes_positional
from conformance.adapters.subject import SubjectImplementation
from conformance.arguments import Array
from conformance.array_attributes import describe_arrays
from conformance.array_mapping import suggest_load_state_dict
from conformance.case import Case
from conformance.implementation import Instance, NotConnectedError


class ClassImplementation(SubjectImplementation):
    """A class that is constructed with torch's arguments."""

    def build(self, case: Case) -> Instance:
        """Construct with the sizes by position and the rest by keyword."""
        positional, keywords = case.constructor()
        return ClassInstance(self._subject(*positional, **keywords))


class ClassInstance(Instance):
    """An object with forward or __call__."""

    def __init__(self, network: Any) -> None:
        self._network = network

    def load(self, parameters: dict[str, Array]) -> None:
        """Call load_state_dict, or else set the attributes that the object already has."""
        load_state_dict = getattr(self._network, "load_state_dict", None)
        if callable(load_state_dict):
            load_state_dict(parameters)
            return
        # A slot that is not filled yet is there on the class.
        held = [name for name in parameters if hasattr(self._network, name) or hasattr(type(self._network), name)]
        if not held:
            raise NotConnectedError(_not_connected(self._network, parameters))
        for name in held:
            setattr(self._network, name, parameters[name])

    def accepts_h_0(self) -> bool:
        """Whether the call takes a second positional argument."""
        return takes_positional(self._call(), 2)

    def forward(self, input: Any, h_0: Any) -> Any:  # noqa: A002 -- torch's own argument name
        """Call the object; __call__ wins over forward."""
        return self._call()(input) if h_0 is None else self._call()(input, h_0)

    def offers_backward(self) -> bool:
        """Whether there is a backward method."""
        return callable(getattr(self._network, "backward", None))

    def backward(self, grad_output: Array, grad_h_n: Array) -> Any:
        """Call backward."""
        return self._network.backward(grad_output, grad_h_n)

    def _call(self) -> Callable[..., Any]:
        """The bound method that runs the network."""
        if callable(self._network):
            return self._network  # type: ignore[no-any-return]
        forward = getattr(self._network, "forward", None)
        if not callable(forward):
            name = type(self._network).__name__
            raise NotConnectedError(f"{name} cannot be called: it has neither forward(input, h_0=None) nor __call__")
        return forward  # type: ignore[no-any-return]


def _not_connected(network: Any, parameters: dict[str, Array]) -> str:
    """One sentence on what the object has, and the load_state_dict that would connect it."""
    name = type(network).__name__
    arrays = describe_arrays(network)
    has = ", ".join(f"{attribute} {shape}" for attribute, shape in arrays[:12]) or "no arrays"
    wanted = ", ".join(f"{key} {value.shape}" for key, value in list(parameters.items())[:4])
    suggestion = suggest_load_state_dict(arrays, {key: value.shape for key, value in parameters.items()})
    return (
        f"{name} is not connected: it has no load_state_dict(state), and none of its attributes is named as torch "
        f"names the parameters ({wanted}, ...). It has {has}. "
        "`rnn-conformance new adapter.py --from YOUR_FILE.py` writes an adapter beside it; or add a method such as:"
        f"\n\n{suggestion}"
    )
