"""Finding implementations: files under impls/, FILE.py[:NAME], package.module:NAME, and entry points."""

from __future__ import annotations

import ast
import dataclasses
import importlib.metadata
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from conformance import loading
from conformance.command import Allowed, begin_python, start
from conformance.implementation import BrokenImplementation, Implementation, NoImplementationError, NotConnectedError
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
    """Import an implementation into this process, or start it, where it is a command.

    One that cannot be imported is a BrokenImplementation: what it raised is judged. Raises NoImplementationError where
    the module has no RNN, or several things that could be it, and where something that it requires is not installed.
    """
    return begin(source)()


def begin(source: Source, allowed: Allowed | None = None) -> Callable[[], Implementation]:
    """The same in two halves: in a process of its own, which may take what is allowed, it is imported meanwhile.

    Where there can be no such process, as on Windows, and where nothing is said of what is allowed, this one does it.
    """
    if source.missing:
        return partial(_missing, source)
    about = {"description": source.description, "origin": source.origin}
    if source.command is not None and source.path is not None:
        command = source.command
        if allowed is not None and allowed.case_seconds is not None:
            command = command.model_copy(update={"time_limit": allowed.case_seconds})
        return partial(_started, command, source.path.parent, source.name, **about)
    if allowed is None:
        return partial(loading.load, source.code, source.name, source.description)
    if os.name != "posix":
        return partial(_noted, source)
    return begin_python(source.code, source.name, source.description, allowed)


def _missing(source: Source) -> Implementation:
    """Something that it requires is not installed."""
    raise NoImplementationError(f"{source.name} cannot be run here: {source.missing}")


def _started(command: CommandFile, folder: Path, name: str, **about: str) -> Implementation:
    """A command; one that cannot be started is broken."""
    try:
        return start(command, folder, name, **about)
    except NotConnectedError as error:
        return BrokenImplementation(name, error, **about)


def _noted(source: Source) -> Implementation:
    """One that had to be imported here."""
    found = loading.load(source.code, source.name, source.description)
    found.notes = (*found.notes, "it runs in the harness's own process: a crash of it would end the run")
    return found


def _split(target: str) -> tuple[Path, str | None]:
    """FILE.py:NAME in two; a colon elsewhere belongs to the path."""
    before, colon, after = target.rpartition(":")
    if colon and before.endswith(".py"):
        return Path(before), after or None
    return Path(target), None


def _docstring(path: Path) -> str:
    """The first line of a file's docstring, read without running it."""
    try:
        doc = ast.get_docstring(ast.parse(path.read_bytes()))
    except (SyntaxError, ValueError, RecursionError):  # its import will say what is wrong with it
        return ""
    return doc.strip().splitlines()[0] if doc and doc.strip() else ""
