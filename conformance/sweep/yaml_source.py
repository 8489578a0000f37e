"""A YAML file with the position of everything that it says, and every mistake in it as a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance.sweep import scalar, yaml_reader
from conformance.sweep.yaml_reader import Keys, Position


class CaseFileError(Exception):
    """Every mistake found in one or several files, each a sentence `file:line:column: what is wrong`."""

    def __init__(self, messages: Sequence[str]) -> None:
        super().__init__("\n".join(messages))
        self.messages = tuple(messages)


@dataclass(frozen=True)
class YamlSource:
    """What a file says, and where it says it; `name` is what messages call the file."""

    name: str
    data: dict[str, Any]
    keys: dict[Keys, Position] = field(repr=False)
    values: dict[Keys, Position] = field(repr=False)

    def position(self, path: Keys, *, of_key: bool = False) -> Position:
        """Where a path stands; where it does not (it is missing, or inside an alias), its nearest ancestor."""
        if of_key and path in self.keys:
            return self.keys[path]
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, (1, 1))

    def message(self, path: Keys, sentence: str, *, of_key: bool = False) -> str:
        """The sentence with its place before it."""
        return _message(self.name, self.position(path, of_key=of_key), sentence)


def read(path: Path, name: str) -> YamlSource:
    """Read a file, or raise CaseFileError with every mistake in it; an unreadable file is one too."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise CaseFileError([f"{name}: this file cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError as error:
        raise CaseFileError([f"{name}: byte {error.start + 1} is not UTF-8 text, so this is not a YAML file"]) from None
    return parse(text, name)


def parse(text: str, name: str) -> YamlSource:
    """Read a text that stands for a file, or raise CaseFileError."""
    reading = yaml_reader.read(text)
    if not reading.mistakes and not isinstance(reading.data, dict):
        got = "empty" if reading.data is None else scalar.describe(reading.data)
        reading.mistakes.append(((1, 1), f"this file is {got}, but should be a mapping (name: value)"))
    if reading.mistakes:
        raise CaseFileError([_message(name, place, sentence) for place, sentence in reading.mistakes])
    return YamlSource(name, reading.data, reading.keys, reading.values)


def _message(name: str, place: Position, sentence: str) -> str:
    return f"{name}:{place[0]}:{place[1]}: {sentence}"
