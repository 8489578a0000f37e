"""Running somebody else's code with a guess, which may well be wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from conformance.observation import raised
from conformance.quiet import quiet

T = TypeVar("T")

_MESSAGE_LIMIT = 160


@dataclass(frozen=True)
class Failed:
    """It raised; `why` is what and where."""

    why: str


def attempt(action: Callable[[], T]) -> T | Failed:
    """What an action returns, or why it did not; silent whatever it prints, and only Ctrl-C gets out."""
    try:
        with quiet():
            return action()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 -- a wrong guess may raise anything
        failure = raised(error, "attempt")
        message = " ".join(failure.message.split())[:_MESSAGE_LIMIT]
        return Failed(f"{failure.kind}{f' at {failure.where}' if failure.where else ''}: {message}")


def evaluate(text: str, names: Mapping[str, Any]) -> Any:
    """The value of Python that was put together here and will stand in the adapter."""
    return eval(text, dict(names))  # noqa: S307 -- not a user's text


def execute(text: str, names: dict[str, Any]) -> None:
    """Run Python that was put together here and will stand in the adapter."""
    exec(text, names)  # noqa: S102 -- not a user's text
