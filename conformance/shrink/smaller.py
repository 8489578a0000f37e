"""A case with some settings changed: named by its own settings alone, from which its numbers are drawn."""

from __future__ import annotations

import dataclasses

from conformance.case import SETTINGS_OF_A_CALL, Case
from conformance.sweep import scalar

#: What can be counted down, in the order in which it is.
COUNTS = ("seq_len", "batch_size", "input_size", "hidden_size", "num_layers")

#: Settings that are not simply put to their default: the dtype is what a case is about, and the digits come last.
_APART = {*COUNTS, "dtype", "digits"}

_DEFAULTS = {f.name: f.default for f in dataclasses.fields(Case) if f.default is not dataclasses.MISSING}

#: The other settings at their simplest, which is torch's default or the suite's.
SIMPLEST = {name: _DEFAULTS[name] for name in SETTINGS_OF_A_CALL if name in _DEFAULTS and name not in _APART}

#: How many decimals every number gets, the fewest first.
DIGITS = (1, 2)


def changed(case: Case, settings: dict[str, object], draw: int = 1) -> Case:
    """The same case with other settings, under an id of its own: each id, and each draw of it, has other numbers.

    It is written down in no file.
    """
    made: Case = dataclasses.replace(case, **settings)  # type: ignore[arg-type]  # each setting keeps its type
    return dataclasses.replace(made, file="", line=0, id=_id(made) + (f"#{draw}" if draw > 1 else ""))


def _id(case: Case) -> str:
    """What a case asks and all that is not at its default, so that equal cases have equal numbers."""
    settings = case.settings()
    differs = [name for name in settings if name not in _DEFAULTS or settings[name] != _DEFAULTS[name]]
    words = [f"{name}={scalar.write(settings[name])}" for name in differs]
    return f"shrunk/{case.asks}[{','.join(words)}]"
