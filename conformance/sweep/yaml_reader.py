"""YAML text read by the rules of YAML 1.2: plain data, the position of every key and value, and every mistake."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

from conformance.sweep import scalar

Keys = tuple[str | int, ...]
#: A line and a column, both counted from 1.
Position = tuple[int, int]

# libyaml in C where PyYAML was built with it, since a suite is many files.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Our files are four deep. PyYAML's own composer in C recurses without a bound and ends the process.
_DEPTH = 20
_NODES = 100_000
_UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass
class Reading:
    """What was read: data, where each path's key and value stand, and what is wrong, each with its place."""

    data: Any = None
    keys: dict[Keys, Position] = field(default_factory=dict)
    values: dict[Keys, Position] = field(default_factory=dict)
    mistakes: list[tuple[Position, str]] = field(default_factory=list)


def read(text: str) -> Reading:
    """Read a text; refuses doubled keys, keys that are no text, tags, and aliases without end."""
    found = _Reader(text)
    if strange := _UNPRINTABLE.search(text):
        found.reading.mistakes.append((_place(text, strange.start()), f"{strange[0]!r} may not stand in a YAML file"))
        return found.reading
    try:
        found.reading.data = found.document()
    except _TooMuchError:
        pass  # the mistakes say what was too much
    except yaml.MarkedYAMLError as error:
        found.reading.mistakes.append(_syntax_mistake(text, error))
    return found.reading


class _TooMuchError(Exception):
    """The text cannot be read to its end."""


class _Reader:
    """Builds plain data from PyYAML's events, which carry positions and, unlike its nodes, explicit tags."""

    def __init__(self, text: str) -> None:
        self.reading = Reading()
        self._events: Iterator[Any] = iter(yaml.parse(text, Loader=_LOADER))
        self._anchors: dict[str, tuple[Any, int] | None] = {}
        self._nodes = 0

    def document(self) -> Any:
        """The one document of the text; None where there is none."""
        next(self._events)  # the start of the stream
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return None
        data = self._value(next(self._events), ())
        next(self._events)  # the end of the document
        following = next(self._events)
        if not isinstance(following, yaml.StreamEndEvent):
            self._mistake(following, "a second document starts here, but a file should hold one")
        return data

    def _value(self, event: Any, path: Keys) -> Any:
        """The value that an event starts; consumes all of its events."""
        self.reading.values[path] = _position(event)
        self._nodes += 1
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if event.tag is not None:
            self._mistake(event, f"the tag {event.tag} stands here, but a file should have no tags")
        if event.anchor is None:
            return self._content(event, path)
        self._anchors[event.anchor] = None  # until it is read to its end
        before = self._nodes
        data = self._content(event, path)
        self._anchors[event.anchor] = data, self._nodes - before
        return data

    def _content(self, event: Any, path: Keys) -> Any:
        """A value without its anchor."""
        if isinstance(event, yaml.ScalarEvent):
            return event.value if event.style else scalar.parse(event.value)
        if len(path) >= _DEPTH:
            self._stop(event, f"values are nested more than {_DEPTH} deep here")
        return self._mapping(path) if isinstance(event, yaml.MappingStartEvent) else self._sequence(path)

    def _sequence(self, path: Keys) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._value(event, (*path, len(items))))
        return items

    def _mapping(self, path: Keys) -> dict[str, Any]:
        items: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._value(event, (*path, "?"))
            if not isinstance(key, str):
                self._mistake(event, f"a key is {scalar.describe(key)}, but should be text")
                key = f"?{len(items)}"
            elif key in items:
                line, column = self.reading.keys[(*path, key)]
                self._mistake(event, f"the key {key} stands here again (first at line {line}, column {column})")
            self.reading.keys.setdefault((*path, key), _position(event))
            items[key] = self._value(next(self._events), (*path, key))
        return items

    def _alias(self, event: Any) -> Any:
        """What an alias repeats; it counts as often as it stands there, so that none can grow without bound."""
        if event.anchor not in self._anchors:
            self._mistake(event, f"the alias *{event.anchor} has no anchor &{event.anchor} before it")
            return None
        anchored = self._anchors[event.anchor]
        if anchored is None:
            self._stop(event, f"the alias *{event.anchor} stands inside what it repeats")
        data, nodes = anchored
        self._nodes += nodes
        if self._nodes > _NODES:
            self._stop(event, f"with its aliases written out, this file has more than {_NODES:,} values")
        return data

    def _mistake(self, event: Any, sentence: str) -> None:
        self.reading.mistakes.append((_position(event), sentence))

    def _stop(self, event: Any, sentence: str) -> NoReturn:
        self._mistake(event, sentence)
        raise _TooMuchError


def _position(event: Any) -> Position:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _place(text: str, index: int) -> Position:
    before = text[:index]
    return before.count("\n") + 1, index - before.rfind("\n")


def _syntax_mistake(text: str, error: yaml.MarkedYAMLError) -> tuple[Position, str]:
    """PyYAML's own words at its own position, and plainer ones for the mistake that everybody makes once."""
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return (1, 1), f"this is not YAML: {error.problem}"
    place = mark.line + 1, mark.column + 1
    line = [*text.split("\n"), ""][mark.line]
    if line[mark.column : mark.column + 1] == "\t":
        return place, "a tab stands here, but YAML is indented with spaces"
    context = f" ({error.context}, which starts at line {error.context_mark.line + 1})" if error.context_mark else ""
    return place, f"this is not YAML: {error.problem}{context}"
