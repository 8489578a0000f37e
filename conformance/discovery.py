"""Finding implementations: files under impls/, FILE.py[:NAME], package.module:NAME, and entry points."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import importlib.metadata
import importlib.util
import inspect
import itertools
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from conformance.adapters import adapt
from conformance.command import start
from conformance.description import FILE_MODULE
from conformance.implementation import BrokenImplementation, Implementation, NoImplementationError, NotConnectedError
from conformance.quiet import quiet
from conformance.registration import (
    CommandFile,
    command_in,
    expectation_beside,
    is_command_file,
    known_beside,
    misplaced,
    requirements_beside,
)
from conformance.source import Source
from conformance.sweep.yaml_source import CaseFileError

ENTRY_POINTS = "rnn_conformance.implementations"
_numbers = itertools.count()


def parse(target: str) -> Source:
    """Read FILE.py, FILE.py:NAME, FILE.yaml (a command) or package.module:NAME.

    Raises NoImplementationError for a file that does not exist and for what is none of the three.
    """
    path, attribute = _split(target)
    if path.suffix in (".py", ".yaml") or path.exists():
        return from_file(path, path.stem if attribute is None else f"{path.stem}:{attribute}", attribute)
    module, _, attribute = target.partition(":")
    if not attribute or not all(part.isidentifier() for part in module.split(".")):
        raise NoImplementationError(
            f"{target} is neither a file nor a module, but should be FILE.py, FILE.py:NAME, FILE.yaml or "
            "package.module:NAME"
        )
    return Source(target, "", target, None, module, attribute)


def discover(impls: Path) -> tuple[Source, ...]:
    """Every implementation under a folder, by its path there, then the installed ones, each sorted by name.

    Files whose name begins with an underscore or a dot are helpers of others. Raises CaseFileError for files beside an
    implementation that have none, or mistakes in them.
    """
    if strays := [why for path in sorted(impls.rglob("*.yaml")) if (why := misplaced(path))]:
        raise CaseFileError(strays)
    files = [
        path
        for path in sorted(p for p in impls.rglob("*") if p.suffix == ".py" or is_command_file(p))
        if not any(part.startswith(("_", ".")) for part in path.relative_to(impls).parts)
    ]
    # Where it is in this repository, and not where this repository is: records and reports are passed on.
    found = [
        dataclasses.replace(
            from_file(path, path.relative_to(impls).with_suffix("").as_posix()),
            origin=f"{impls.name}/{path.relative_to(impls).as_posix()}",
        )
        for path in files
    ]
    points = importlib.metadata.entry_points(group=ENTRY_POINTS)
    installed = [
        Source(point.name, f"installed: {point.value}", point.value, None, point.module, point.attr)
        for point in sorted(points, key=lambda p: p.name)
    ]
    # A name stands for one implementation: the folder's own before an installed one, and of those the first.
    by_name = {source.name: source for source in (*reversed(installed), *found)}
    return (*found, *(source for source in installed if by_name[source.name] is source))


def select(found: Sequence[Source], names: Sequence[str]) -> tuple[Source, ...]:
    """Those with one of these names; all of them where there are no names. NoImplementationError for an unknown one."""
    if missing := sorted(set(names) - {source.name for source in found}):
        there = ", ".join(source.name for source in found)
        raise NoImplementationError(f"there is no implementation {', '.join(missing)}; there are {there}")
    return tuple(source for source in found if not names or source.name in names)


def from_file(path: Path, name: str, attribute: str | None = None) -> Source:
    """An implementation in a file, with what stands beside it; none of its code runs."""
    if path.is_dir():
        raise NoImplementationError(f"{path} is a folder, but should be one Python file; `run --impls` takes a folder")
    if not path.is_file():
        raise NoImplementationError(f"{path} does not exist, but should be a Python file with an RNN in it")
    if path.suffix not in (".py", ".yaml"):
        raise NoImplementationError(
            f"{path} is no Python file, but should be one; a program is checked with --command, or by a YAML file with "
            "its command (impls/README.md)"
        )
    command = command_in(path) if is_command_file(path) else None
    return Source(
        name,
        command.description if command else _docstring(path),
        path.as_posix() + (f":{attribute}" if attribute else ""),  # as it is typed in a command
        path.resolve(),
        None,
        attribute,
        known_beside(path),
        expectation_beside(path),
        requirements_beside(path),
        command,
    )


def from_command(command: str) -> Source:
    """A command as it is typed, to be run in the current folder; NoImplementationError for what is none."""
    try:
        spec = CommandFile(command=command)
        # Of `node rnn.mjs` the file is what it is known by.
        name = next((Path(word).stem for word in spec.words if Path(word).is_file()), Path(spec.words[0]).name)
    except (ValueError, IndexError):
        raise NoImplementationError(f"the command is {command!r}, but should be a program and its arguments") from None
    return Source(name, "", "", Path.cwd() / "command.yaml", None, None, command=spec)


def load(source: Source) -> Implementation:
    """Import an implementation.

    One that cannot be imported is a BrokenImplementation: what it raised is judged. Raises NoImplementationError where
    the module has no RNN, or several things that could be it, and where something that it requires is not installed.
    """
    if source.missing:
        raise NoImplementationError(f"{source.name} cannot be run here: {source.missing}")
    about = {"description": source.description, "origin": source.origin}
    if source.command is not None and source.path is not None:
        try:
            return start(source.command, source.path.parent, source.name, **about)
        except NotConnectedError as error:
            return BrokenImplementation(source.name, error, **about)
    try:
        if source.module and str(Path.cwd()) not in sys.path:
            sys.path.append(str(Path.cwd()))  # package.module:NAME may lie in the current folder
        with quiet():
            module = _import_file(source.path) if source.path else importlib.import_module(str(source.module))
    except KeyboardInterrupt:
        raise
    except ModuleNotFoundError as error:
        if source.module and error.name and source.module.startswith(error.name):
            raise NoImplementationError(f"{source.origin}: there is no module {error.name} to import") from None
        return BrokenImplementation(source.name, error, **about)
    except BaseException as error:  # noqa: BLE001 -- SystemExit too: its import is its own affair
        return BrokenImplementation(source.name, error, **about)
    return adapt(_subject(module, source), source.name, **about)


def _split(target: str) -> tuple[Path, str | None]:
    """FILE.py:NAME in two; a colon elsewhere belongs to the path."""
    before, colon, after = target.rpartition(":")
    if colon and before.endswith(".py"):
        return Path(before), after or None
    return Path(target), None


def _import_file(path: Path) -> ModuleType:
    """Import a file under a name of its own, so that it finds its neighbours as it would when run by itself."""
    folder = str(path.parent)
    name = f"{FILE_MODULE}{next(_numbers)}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path.name} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    before = set(sys.modules)
    sys.path.insert(0, folder)
    try:
        spec.loader.exec_module(module)
    finally:
        # At the end it serves imports inside functions without standing before anybody else's modules.
        sys.path.remove(folder)
        if folder not in sys.path:
            sys.path.append(folder)
    for helper in set(sys.modules) - before:
        # Another implementation's neighbour of the same name must not be taken for this one's.
        if _is_neighbour(getattr(sys.modules[helper], "__file__", None), path.parent):
            del sys.modules[helper]
    return module


def _is_neighbour(file: object, folder: Path) -> bool:
    """Whether a module lies in a folder as its author's own: not in an environment that stands there, too."""
    if not isinstance(file, str) or not Path(file).is_relative_to(folder) or Path(file).is_relative_to(sys.prefix):
        return False
    return not {"site-packages", "dist-packages"} & set(Path(file).parts)


def _subject(module: ModuleType, source: Source) -> Any:
    """The class or function that is meant: the one asked for, RNN, the only class with a forward, or rnn."""
    if source.attribute is not None:
        found: Any = module
        for part in source.attribute.split("."):
            found = getattr(found, part, None)
        if found is None:
            raise NoImplementationError(f"{source.place} has no {source.attribute}; it has {_contents(module)}")
        return found
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
        f"{source.origin} has {what}, but should have a class RNN, one class with forward, or a function rnn; "
        f"it has {_contents(module)}. Choose one with {source.origin}:NAME, or write an adapter beside it: "
        f"rnn-conformance new adapter.py --from {source.origin}"
    )


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


def _docstring(path: Path) -> str:
    """The first line of a file's docstring, read without running it."""
    try:
        doc = ast.get_docstring(ast.parse(path.read_bytes()))
    except (SyntaxError, ValueError, RecursionError):  # its import will say what is wrong with it
        return ""
    return doc.strip().splitlines()[0] if doc and doc.strip() else ""
