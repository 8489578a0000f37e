"""A command as it was handed in: its YAML file, and the folder around it, of regular files and not too large."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from conformance.registration import CommandFile, command_in
from conformance.submission.file import NoSubmissionError, SubmissionError
from conformance.sweep.yaml_source import CaseFileError

#: Bytes of everything in the folder, and of what is built: a program, and no library that knows the answers.
LARGEST = 64 << 20
_LARGEST_YAML = 64 << 10
_MOST_FILES = 5000
_DEEPEST = 50


@dataclass(frozen=True)
class CommandFolder:
    """`name` is that of the YAML file; `sha256` is of it and of every file in its folder, with their names."""

    name: str
    folder: Path
    spec: CommandFile
    sha256: str

    @classmethod
    def read(cls, path: Path | str, largest: int = LARGEST) -> Self:
        """Read a command whose folder holds at most so many bytes; raises SubmissionError for anything else.

        Nobody may change the folder while it is judged: what runs is read from it again.
        """
        path = Path(path)
        if not os.path.lexists(path):
            raise NoSubmissionError(f"{path.name} does not exist, but should be a YAML file with a command")
        if path.is_symlink() or not path.is_file():
            raise SubmissionError(f"{path.name} is no regular file, but should be a YAML file with a command")
        if path.stat().st_size > _LARGEST_YAML:
            raise SubmissionError(f"{path.name} is larger than {_LARGEST_YAML:,} bytes, but should be a few lines")
        try:
            spec = command_in(path)
        except CaseFileError as error:
            raise SubmissionError(str(error)) from None
        folder = path.resolve().parent
        return cls(path.name, folder, spec, _hash(folder, largest))


def measured(folder: Path, largest: int) -> None:
    """Look at a folder without reading its files; raises SubmissionError where it holds too much."""
    total = 0
    for path, found in _files(folder):
        total += found.st_size
        if total > largest:
            raise SubmissionError(
                f"{folder.name} holds more than {largest >> 20:,} MiB ({path.name}), but should hold a command alone: "
                "give it a folder of its own"
            )


def _hash(folder: Path, largest: int) -> str:
    measured(folder, largest)
    digest = hashlib.sha256()
    for path, found in _files(folder):
        # A link is its own text: what it leads to is not visible inside.
        content = str(path.readlink()).encode() if stat.S_ISLNK(found.st_mode) else path.read_bytes()
        name = path.relative_to(folder).as_posix().encode("utf-8", "surrogateescape")
        digest.update(b"%d %d %d " % (stat.S_IFMT(found.st_mode), len(name), len(content)) + name + content)
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """The files and links of a folder, in order; SubmissionError for too many, and for what is neither."""
    count = 0
    for place, folders, files in os.walk(folder):
        if len(Path(place).parts) > len(folder.parts) + _DEEPEST:
            raise SubmissionError(f"{folder.name} holds folders more than {_DEEPEST} deep, but should be flat")
        folders.sort()
        links = [name for name in folders if Path(place, name).is_symlink()]
        for name in sorted([*files, *links]):
            path = Path(place, name)
            try:
                found = path.lstat()
            except FileNotFoundError:  # a build step is at work
                continue
            count += 1
            if not (stat.S_ISREG(found.st_mode) or stat.S_ISLNK(found.st_mode)):
                raise SubmissionError(f"{path.name} is no regular file, but should be one")
            if count > _MOST_FILES:
                raise SubmissionError(
                    f"{folder.name} holds more than {_MOST_FILES:,} files, but should hold a command alone: "
                    "give it a folder of its own"
                )
            yield path, found
