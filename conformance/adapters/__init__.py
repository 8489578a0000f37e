"""How other shapes of code become an Implementation: a class, a function, a torch.nn.Module."""

from __future__ import annotations

import inspect
import sys
from typing import Any

from conformance.adapters.function import FunctionImplementation
from conformance.adapters.plain_class import ClassImplementation
from conformance.implementation import Implementation, NoImplementationError


def adapt(subject: Any, name: str, *, description: str = "", origin: str = "") -> Implementation:
    """Choose the adapter for a class, a torch.nn.Module class or a function.

    Raises NoImplementationError for anything else.
    """
    about = {"description": description or first_line(subject), "origin": origin}
    if isinstance(subject, Implementation):
        return subject
    if inspect.isclass(subject):
        if _is_torch_module(subject):
            # torch takes seconds to import and is not needed for NumPy implementations.
            from conformance.adapters.torch_module import TorchModuleImplementation  # noqa: PLC0415

            module: Any = subject
            return TorchModuleImplementation(name, module, **about)
        return ClassImplementation(name, subject, **about)
    if inspect.isroutine(subject):
        return FunctionImplementation(name, subject, **about)
    raise NoImplementationError(
        f"{name} is an object of type {type(subject).__name__}, but should be a class or a function: "
        "pass the class itself, not an instance of it"
    )


def first_line(subject: Any) -> str:
    """The first line of a docstring, or nothing."""
    doc = getattr(subject, "__doc__", None)
    return doc.strip().splitlines()[0].strip() if isinstance(doc, str) and doc.strip() else ""


def _is_torch_module(subject: Any) -> bool:
    """Whether a class is torch's, found out without importing torch: one that is has imported it."""
    torch = sys.modules.get("torch")
    return torch is not None and issubclass(subject, torch.nn.Module)
