"""What the smoke step finds out about one implementation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Connection:
    """What the smoke step found about one implementation before its first case.

    `parameters_unread` are those that change nothing when they change. When `connected` is false, `why` is the one
    sentence that its author needs. `dtype` is "float32" where it declines float64. `notes` are further sentences.
    """

    implementation: str
    connected: bool
    why: str = ""
    dtype: str = "float64"
    parameters_unread: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
