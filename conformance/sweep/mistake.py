"""A mistake in a file, as a sentence with its place."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from typing import Any

from pydantic import ValidationError

from conformance.sweep import scalar
from conformance.sweep.yaml_reader import Keys, Position
from conformance.sweep.yaml_source import YamlSource

#: What is wanted, by pydantic's type of error; the rest say it themselves in `wanted`.
_WANTED = {
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "string_type": "text",
    "list_type": "a list such as [{got}]",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "greater_than_equal": "{ge} or more",
    "greater_than": "more than {gt:g}",
    "less_than_equal": "{le} or less",
    "finite_number": "a finite number",
    "literal_error": "{expected}",
    "too_short": "at least one value",
    "string_too_short": "a sentence",
}
#: What YAML 1.1 and other languages call true and false.
_BOOLEANS = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}


Names = Callable[[Keys], Iterable[str]]


def sentences(error: ValidationError, source: YamlSource, names: Names) -> list[str]:
    """Everything that pydantic found, in the order of the file; `names` are the keys that a mapping could have."""
    found = [_place_and_sentence(details, source, names) for details in error.errors(include_url=False)]
    return [source.message(path, sentence, of_key=of_key) for _, path, of_key, sentence in sorted(found)]


def suggestion(got: object, choices: Iterable[str]) -> str:
    """` (did you mean ...?)`, or nothing when no choice is near."""
    near = difflib.get_close_matches(str(got), list(choices), n=1)
    return f" (did you mean {near[0]}?)" if near else ""


def wrong(details: Any, what: str) -> str:
    """One value that pydantic refused: `<what> is <got>, but should be <wanted>`."""
    context = details.get("ctx", {})
    got = scalar.describe(details["input"])
    template = _WANTED.get(details["type"])
    wanted = template.format(got=got, **context) if template else context.get("wanted", details["msg"])
    choices = context.get("choices") or re.findall(r"'([^']*)'", context.get("expected", ""))
    near = suggestion(details["input"], choices)
    if details["type"] == "bool_type" and isinstance(details["input"], str):
        near = suggestion(_BOOLEANS.get(details["input"].lower(), details["input"].lower()), ("true", "false"))
    return f"{what} is {got}, but should be {wanted}{near}"


def _place_and_sentence(details: Any, source: YamlSource, names: Names) -> tuple[Position, Keys, bool, str]:
    """Where a mistake stands (and whether at the key), and what it is."""
    path: Keys = tuple(part for part in details["loc"] if part != "[key]")
    if details["type"] == "missing":
        return source.position(path[:-1]), path[:-1], False, f"{_name(path)} is missing"
    if details["type"] == "extra_forbidden" or len(path) < len(details["loc"]):
        choices = tuple(names(path[:-1]))
        unknown = f"is unknown{suggestion(path[-1], choices)}"
        sentence = f"{_name(path)} {'has no place in such a file' if path[-1] in choices else unknown}"
        return source.position(path, of_key=True), path, True, sentence
    return source.position(path), path, False, wrong(details, _name(path))


def _name(path: Keys) -> str:
    """What a message calls the value at a path: `nonlinearity in matrix`."""
    named = [str(part) for part in reversed(path) if isinstance(part, str)]
    return " in ".join(named) or "this file"
