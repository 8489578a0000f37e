"""What a signature accepts, as far as it can be read."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any


def parameters_of(subject: Callable[..., Any]) -> dict[str, inspect.Parameter] | None:
    """The parameters of a callable, or None where they cannot be read or it takes **kwargs."""
    try:
        parameters = dict(inspect.signature(subject).parameters)
    except (TypeError, ValueError):
        return None
    if any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values()):
        return None
    return parameters


def first_lacking(subject: Callable[..., Any], names: Iterable[str]) -> str | None:
    """The first of these names that a callable cannot be given by keyword."""
    parameters = parameters_of(subject)
    if parameters is None:
        return None
    positional_only = inspect.Parameter.POSITIONAL_ONLY
    return next((n for n in names if n not in parameters or parameters[n].kind is positional_only), None)


def takes_positional(subject: Callable[..., Any], count: int) -> bool:
    """Whether a callable can be given this many positional arguments; unreadable signatures can."""
    try:
        signature = inspect.signature(subject)
    except (TypeError, ValueError):
        return True
    kinds = [p.kind for p in signature.parameters.values()]
    if inspect.Parameter.VAR_POSITIONAL in kinds:
        return True
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(kind in positional for kind in kinds) >= count
