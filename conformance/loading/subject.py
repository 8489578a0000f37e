"""What in a module is the RNN: the one asked for, RNN, the only class with a forward, or rnn."""

from __future__ import annotations

import inspect
from types import ModuleType
from typing import Any

from conformance.implementation import NoImplementationError
from conformance.loading.code import Code


def subject(module: ModuleType, code: Code) -> Any:
    """The class or function that is meant; NoImplementationError where there is none, or several could be it."""
    if code.attribute:
        return _named(module, code)
    classes = [value for value in _own(module, inspect.isclass) if _can_run(value)]
    named = getattr(module, "RNN", None)
    # An RNN that is merely imported, torch's perhaps, is not meant where the file has a class of its own.
    if callable(named) and (named in classes or not classes or inspect.isfunction(named)):
        return named
    if len(classes) == 1:
        return classes[0]
    if not classes and callable(getattr(module, "rnn", None)):
        return module.rnn
    what = "no RNN" if not classes else f"{len(classes)} classes that could be it"
    raise NoImplementationError(
        f"{code.origin} has {what}, but should have a class RNN, one class with forward, or a function rnn; "
        f"it has {_contents(module)}. Choose one with {code.origin}:NAME, or write an adapter beside it: "
        f"rnn-conformance new adapter.py --from {code.origin}"
    )


def _named(module: ModuleType, code: Code) -> Any:
    """The one that is asked for, perhaps within a class."""
    found: Any = module
    for part in code.attribute.split("."):
        found = getattr(found, part, None)
    if found is None:
        raise NoImplementationError(f"{code.place} has no {code.attribute}; it has {_contents(module)}")
    return found


def _own(module: ModuleType, kind: Any) -> list[Any]:
    """What a module defines itself, in order."""
    return [
        value
        for name, value in vars(module).items()
        if kind(value) and not name.startswith("_") and value.__module__ == module.__name__
    ]


def _can_run(cls: type) -> bool:
    """Whether instances of a class have forward or can be called."""
    return callable(getattr(cls, "forward", None)) or any("__call__" in vars(base) for base in cls.__mro__)


def _contents(module: ModuleType) -> str:
    """The classes and functions of a module, for a sentence."""
    classes = [f"class {value.__name__}" for value in _own(module, inspect.isclass)]
    functions = [f"function {value.__name__}" for value in _own(module, inspect.isfunction)]
    return ", ".join((classes + functions)[:12]) or "neither classes nor functions"
