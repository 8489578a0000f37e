"""Settles whether a hand-written recurrent network really is torch.nn.RNN.

`conformance.check(MyRNN)` gives a verdict; `conformance.parametrize_with_cases` makes tests of the cases. Nothing is
imported before it is asked for: pytest loads this package in every run of an environment that has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.api import check as check
    from conformance.parametrize import parametrize_with_cases as parametrize_with_cases
    from conformance.result import Result as Result

_HOMES = {
    "check": "conformance.api",
    "parametrize_with_cases": "conformance.parametrize",
    "Result": "conformance.result",
}

__all__ = ["Result", "check", "parametrize_with_cases"]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module conformance has no attribute {name}")
    # The whole point: importing conformance costs nothing.
    import importlib  # noqa: PLC0415

    return getattr(importlib.import_module(_HOMES[name]), name)
