"""The class or function that an adapter is to be written for."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from conformance.discovery import parse
from conformance.implementation import NoImplementationError
from conformance.observation import raised
from conformance.quiet import quiet
from conformance.scaffold import argument_names
from conformance.scaffold.mistake import ScaffoldError


@dataclass(frozen=True)
class Subject:
    """One class or function of a file; `parts` are those of the file that it uses and that could be meant instead."""

    path: Path
    module: ModuleType
    name: str
    value: Any
    parts: tuple[str, ...] = ()

    @property
    def is_class(self) -> bool:
        """A class, or else a function."""
        return inspect.isclass(self.value)

    @property
    def follows_contract(self) -> bool:
        """Whether it is a class with a load_state_dict of its own, not one that torch.nn.Module brings."""
        bases = self.value.__mro__ if self.is_class else ()
        return any("load_state_dict" in vars(base) for base in bases if not base.__module__.startswith("torch."))

    @property
    def uses_torch(self) -> bool:
        """Whether the file computes with torch, told without importing it."""
        return any(isinstance(value, ModuleType) and value.__name__ == "torch" for value in vars(self.module).values())


def load(target: str, holds_rnn: Callable[[Subject], bool]) -> Subject:
    """Import FILE.py[:NAME] and choose what is meant; `holds_rnn` says of a class whether it could be an RNN.

    Raises ScaffoldError where the file cannot be imported, holds no RNN, or several.
    """
    try:
        source = parse(target)
    except NoImplementationError as error:
        raise ScaffoldError(str(error)) from None
    if source.path is None:
        raise ScaffoldError(f"{target} is a module, but should be a file: the adapter imports it by its path")
    path = Path(source.place)
    module = _import(path)
    if source.attribute is not None:
        return _named(path, module, source.attribute)
    return _chosen([Subject(path, module, name, value) for name, value in _own(module)], holds_rnn, path)


def _import(path: Path) -> ModuleType:
    """Import a file as Python would by its name, its folder on the path so that it finds its neighbours."""
    folder = str(path.resolve().parent)
    if folder not in sys.path:
        sys.path.append(folder)
    spec = importlib.util.spec_from_file_location(f"theirs_{path.stem}", path.resolve())
    if spec is None or spec.loader is None:
        raise ScaffoldError(f"{path} cannot be imported: its name should end in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module  # dataclasses look themselves up there
    try:
        with quiet():
            spec.loader.exec_module(module)
    except KeyboardInterrupt:
        raise
    except SystemExit:
        raise ScaffoldError(
            f"{path} ends Python when it is imported; put what it runs under `if __name__ == '__main__':`"
        ) from None
    except BaseException as error:  # noqa: BLE001 -- whatever their import does is told in a sentence
        failure = raised(error, "import")
        where = f" at {failure.where}" if failure.where else ""
        message = " ".join(failure.message.split())
        raise ScaffoldError(f"{path} cannot be imported: {failure.kind}{where}: {message}") from None
    return module


def _own(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """The classes and functions that a file defines itself."""
    for name, value in vars(module).items():
        is_own = getattr(value, "__module__", None) == module.__name__ and not name.startswith("_")
        if is_own and (inspect.isclass(value) or inspect.isfunction(value)):
            yield name, value


def _named(path: Path, module: ModuleType, name: str) -> Subject:
    """What was asked for by name."""
    value = getattr(module, name, None)
    if not (inspect.isclass(value) or inspect.isfunction(value)):
        kind = "nothing of that name" if value is None else f"a {type(value).__name__} of that name"
        raise ScaffoldError(f"{path} has {kind}, but should have a class or function {name}; it has {_list(module)}")
    return Subject(path, module, name, value)


def _chosen(found: list[Subject], holds_rnn: Callable[[Subject], bool], path: Path) -> Subject:
    """The one that could be an RNN and that no other such one uses."""
    possible = [one for one in found if _could_be(one) and (not one.is_class or holds_rnn(one))]
    whole = [one for one in possible if not any(other is not one and _uses(other, one) for other in possible)]
    classes = [one for one in whole if one.is_class]
    whole = classes or whole
    if len(whole) == 1:
        only = whole[0]
        parts = tuple(one.name for one in possible if one is not only)
        return Subject(path, only.module, only.name, only.value, parts)
    if whole:
        names = ", ".join(f"{path}:{one.name}" for one in whole)
        raise ScaffoldError(f"{path} has {len(whole)} that could be meant; choose one: {names}")
    things = ", ".join(f"{'class' if one.is_class else 'function'} {one.name}" for one in found)
    raise ScaffoldError(
        f"{path} has no RNN that can be recognised: neither a class that runs and holds hidden-to-hidden weights, nor "
        f"a function that takes a sequence and weights. It has {things or 'neither classes nor functions'}. "
        f"Where one of them is meant all the same, name it: {path}:NAME"
    )


def _could_be(one: Subject) -> bool:
    """Whether a class has a method that runs, or a function takes a sequence and weights."""
    if one.is_class:
        return bool(argument_names.forward_methods(one.value))
    if argument_names.is_backward(one.name):
        return False
    parameters = list(inspect.signature(one.value).parameters)
    has_input = bool(parameters) and any(argument_names.role(name) == "input" for name in parameters)
    return has_input and any(argument_names.role(name) in ("weight", "weights") for name in parameters)


def _uses(whole: Subject, part: Subject) -> bool:
    """Whether the code of one names the other, or is derived from it."""
    if whole.is_class and part.is_class and issubclass(whole.value, part.value):
        return True
    functions = vars(whole.value).values() if whole.is_class else [whole.value]
    return any(part.name in _names(f.__code__) for f in functions if inspect.isfunction(f))


def _names(code: CodeType) -> set[str]:
    """Every global name and attribute that code and what is defined within it speaks of."""
    inner = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return set(code.co_names).union(*(_names(constant) for constant in inner))


def _list(module: ModuleType) -> str:
    return ", ".join(name for name, _ in _own(module)) or "neither classes nor functions"
