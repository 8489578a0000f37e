"""An attempt at something that a layer forbids, what it is made at, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Targets:
    """What the judge lays out to be reached for, and what no confined process may reach.

    `canary` is a file of the judge's, `port` one on 127.0.0.1 that it listens on, `judge` its process id, `handle` a
    descriptor that stands for its process (a pidfd, or -1), `memory` and `files` the caps that are to be passed.
    """

    canary: str
    port: int
    judge: int
    handle: int
    memory: int
    files: int


@dataclass(frozen=True)
class Attempt:
    """What was tried, whether it reached its end, and what happened, in words."""

    name: str
    reached: bool
    happened: str
