"""A scope: which cases are meant, by what they ask and set; written `num_layers=1|2,bidirectional=false`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from conformance.case import SETTINGS, UNBATCHED, Asks, Case
from conformance.sweep import mistake, scalar, setting
from conformance.sweep.scalar import Scalar

#: What a scope can speak of, in the order in which it is written.
KEYS = ("asks", *SETTINGS)

#: The settings that are null where a case does not set them.
_OPTIONAL = {f.name for f in dataclasses.fields(Case) if f.default is None}


class ScopeError(Exception):
    """A scope that no case could ever match: a sentence with a way out."""


@dataclass(frozen=True)
class Scope:
    """Settings and the values they may have; a case must match all of them."""

    terms: tuple[tuple[str, tuple[Scalar, ...]], ...] = ()

    def matches(self, case: Case) -> bool:
        """Whether a case is meant: values match in type too, so that true is not 1."""
        settings = {"asks": case.asks, **case.settings()}
        return all(
            name in settings and scalar.identity(settings[name]) in {scalar.identity(value) for value in values}
            for name, values in self.terms
        )

    def __str__(self) -> str:
        """The scope as `--where` takes it, always in one order."""
        return ",".join(f"{name}={'|'.join(map(scalar.write, values))}" for name, values in self.terms)


EVERYTHING = Scope()


def parse_where(where: str | Mapping[str, Any] | None) -> Scope:
    """Read a scope from `--where`'s text, or from a mapping of settings to a value or a list of values.

    Text follows YAML's rules for values; `|` stands between alternatives. None, "" and {} mean every case. Raises
    ScopeError.
    """
    given = _from_text(where) if isinstance(where, str) else dict(where or {})
    terms = {name: _values(name, value) for name, value in given.items()}
    return Scope(tuple((name, terms[name]) for name in KEYS if name in terms))


def _from_text(text: str) -> dict[str, list[Scalar]]:
    """Split the text; nothing is checked yet but its form."""
    given: dict[str, list[Scalar]] = {}
    for part in text.split(",") if text.strip() else []:
        name, equals, values = (piece.strip() for piece in part.partition("="))
        if not equals:
            raise ScopeError(f"{part.strip() or 'an empty part'} in the scope should be name=value, as num_layers=1")
        if name in given:
            raise ScopeError(f"{name} stands twice in the scope; write alternatives as {name}=1|2")
        given[name] = [_scalar(value) for value in values.split("|")]
    return given


def _scalar(text: str) -> Scalar:
    """One value; quotes make it text, as in an id."""
    text = text.strip()
    quoted = len(text) > 1 and text[0] == text[-1] == "'"
    return text[1:-1].replace("''", "'") if quoted else scalar.parse(text)


def _values(name: str, value: Any) -> tuple[Scalar, ...]:
    """The alternatives of one setting, checked, each once and in one order."""
    if name not in KEYS:
        raise ScopeError(f"the scope names {name}, which is no setting{mistake.suggestion(name, KEYS)}")
    alternatives = list(value) if isinstance(value, list | tuple | set | frozenset) else [value]
    if not alternatives:
        raise ScopeError(f"{name} has no value in the scope, but should have at least one")
    checked = {scalar.identity(item): item for item in (_value(name, item) for item in alternatives)}
    return tuple(checked[key] for key in sorted(checked))


def _value(name: str, value: Any) -> Scalar:
    """One value that a case could have."""
    if name == "batch_size" and value is None:
        return UNBATCHED
    if value is None and name in _OPTIONAL:
        return None
    adapter: TypeAdapter[Any] = TypeAdapter(Asks) if name == "asks" else setting.adapter(name)
    try:
        checked: Scalar = adapter.validate_python(value)
    except ValidationError as error:
        raise ScopeError(mistake.wrong(error.errors(include_url=False)[0], f"{name} in the scope")) from None
    return checked
