"""Who watches a training: told of every step, since one case takes as long as hundreds of others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: Told of who learns what, how many steps are done, and of how many.
Watcher = Callable[[str, int, int], None]

_watchers: list[Watcher] = []  # of the process, as the terminal is that they write to


@contextmanager
def watched(watcher: Watcher) -> Iterator[None]:
    """Have somebody told while the block runs."""
    _watchers.append(watcher)
    try:
        yield
    finally:
        _watchers.remove(watcher)


def tell(what: str, done: int, steps: int) -> None:
    """Tell everybody who watches."""
    for watcher in _watchers:
        watcher(what, done, steps)
