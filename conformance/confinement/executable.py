"""A program found by the words of a command, and the files that it cannot run without; nothing of it is run."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from conformance.confinement import elf

#: Where libraries lie that no cache lists; the cache's folders come before them.
_FOLDERS = ("/lib", "/usr/lib", "/lib64", "/usr/lib64", "/usr/local/lib")
_MOST_FILES = 1000


class NoExecutableError(Exception):
    """The words of a command lead to no program that could be run; the text says to what they lead."""


@dataclass(frozen=True)
class Executable:
    """`words` run it, the first being its absolute path; `file` is what the kernel loads, `loader` what loads that.

    `libraries` are the shared libraries, each by the name under which it is looked for.
    """

    words: tuple[str, ...]
    file: Path
    loader: Path | None
    libraries: tuple[Path, ...]

    @classmethod
    def found(cls, words: Sequence[str], folder: Path, own: Sequence[Path] = ()) -> Self:
        """The program of a command that is run in a folder; `own` are the folders in which programs may lie.

        Others are found by PATH alone: the words come from whoever wrote the program, and must not make visible what
        happens to be executable elsewhere. A script becomes the words of its first line. Raises NoExecutableError.
        """
        file = _program(words[0], folder, own)
        command = (str(file), *words[1:])
        if (first := _first_line(file)) is not None:
            interpreter = _interpreter(first, folder, own)
            command = (*interpreter, *command)
            file = Path(interpreter[0])
        real = Path(os.path.realpath(file))
        asks = elf.read(real)
        if asks is None:
            raise NoExecutableError(f"{words[0]} is no program, but should be an ELF file of 64 bits or a script")
        trusted = not _within(real, own)
        loader = _loader(asks.loader, own)
        return cls(command, real, loader, tuple(_libraries(real, asks, own, trusted=trusted)))

    @property
    def files(self) -> tuple[Path, ...]:
        """Everything that has to be visible, by the names under which it is looked for."""
        loader = () if self.loader is None else (self.loader,)
        return (Path(self.words[0]), self.file, *loader, *self.libraries)

    @property
    def executed(self) -> tuple[Path, ...]:
        """What the kernel itself loads: the program, and its loader."""
        loader = () if self.loader is None else (Path(os.path.realpath(self.loader)),)
        return (self.file, *loader)


def _program(word: str, folder: Path, own: Sequence[Path]) -> Path:
    if "/" not in word:
        if (path := shutil.which(word)) is None:
            raise NoExecutableError(f"{word} cannot be run: No such file or directory")
        return Path(os.path.abspath(path))  # noqa: PTH100 -- links stay: a program may look at its name
    path = os.path.normpath(folder / word)
    if not os.access(path, os.X_OK) or not os.path.isfile(path):  # noqa: PTH113
        raise NoExecutableError(f"{word} cannot be run: {'Permission denied' if os.path.lexists(path) else _ABSENT}")
    if not _within(Path(os.path.realpath(path)), own) and os.path.dirname(path) not in _on_path():  # noqa: PTH120
        raise NoExecutableError(
            f"{word} lies elsewhere, but a confined command should lie in its own folder, in $BUILD, or on PATH"
        )
    return Path(path)


_ABSENT = "No such file or directory"


def _on_path() -> list[str]:
    return [os.path.normpath(folder) for folder in os.get_exec_path() if os.path.isabs(folder)]  # noqa: PTH117


def _first_line(file: Path) -> str | None:
    """A script's first line without its beginning; None where it is no script."""
    with file.open("rb") as stream:
        line = stream.read(256).partition(b"\n")[0]
    return line[2:].decode("utf-8", "replace").strip() if line.startswith(b"#!") else None


def _interpreter(line: str, folder: Path, own: Sequence[Path]) -> tuple[str, ...]:
    """The words of a script's first line; `env` is what looks on PATH, and that is done here."""
    words = line.split(None, 1)
    if words and os.path.basename(words[0]) == "env" and len(words) > 1:  # noqa: PTH119
        words = words[1].removeprefix("-S").split()
    if not words:
        raise NoExecutableError("its first line names no program after #!")
    file = _program(words[0], folder, own)
    if _first_line(file) is not None:
        raise NoExecutableError(f"{words[0]} is itself a script, but should be a program that runs scripts")
    return (str(file), *words[1:])


def _loader(name: str, own: Sequence[Path]) -> Path | None:
    """The loader: one of the system's, or one that was brought along."""
    if not name:
        return None
    path = Path(os.path.normpath(name))
    real, places = Path(os.path.realpath(path)), (*map(Path, _FOLDERS), *own)
    if not path.is_absolute() or not _within(real, places) or elf.read(real) is None:
        raise NoExecutableError(f"its loader is {name[:100]!r}, but should be one of this system")
    return path


def _libraries(file: Path, asks: elf.Elf, own: Sequence[Path], *, trusted: bool) -> Iterator[Path]:
    """Every shared library that can be found, and what these need in turn; the loader will tell what is absent."""
    seen: set[Path] = set()
    left = [(file, asks)]
    while left:
        by, wants = left.pop()
        for name in wants.needed:
            for path in _places(name, by, wants.folders):
                real = Path(os.path.realpath(path))
                systems = path in _cached().get(name, ()) or str(path.parent) in _FOLDERS
                allowed = (trusted or systems or _within(real, own)) and path not in seen
                found = elf.read(real) if allowed else None
                if found is not None and len(seen) < _MOST_FILES:
                    seen.add(path)
                    left.append((real, found))
                    yield path


def _places(name: str, by: Path, folders: Sequence[str]) -> Iterator[Path]:
    """Where a library may lie, absolute and with links left as they are."""
    if "/" in name:
        yield from (Path(os.path.normpath(name)) for _ in range(1) if name.startswith("/"))
        return
    for folder in folders:
        whole = folder.replace("$ORIGIN", str(by.parent)).replace("${ORIGIN}", str(by.parent))
        if whole.startswith("/"):
            yield Path(os.path.normpath(whole)) / name
    yield from _cached().get(name, ())
    yield from (Path(folder) / name for folder in _FOLDERS)


@functools.cache
def _cached() -> dict[str, tuple[Path, ...]]:
    """The loader's cache, as ldconfig prints it: `name (kind) => path`."""
    program = shutil.which("ldconfig", path=f"{os.environ.get('PATH', '')}:/sbin:/usr/sbin")
    if program is None:  # musl has none
        return {}
    done = subprocess.run([program, "-p"], capture_output=True, text=True, check=False)  # noqa: S603
    found: dict[str, tuple[Path, ...]] = {}
    for line in done.stdout.splitlines():
        name, arrow, path = line.strip().partition(" => ")
        if arrow:
            name = name.partition(" ")[0]
            found[name] = (*found.get(name, ()), Path(path))
    return found


def _within(path: Path, folders: Sequence[Path]) -> bool:
    return any(path.is_relative_to(os.path.realpath(folder)) for folder in folders)
