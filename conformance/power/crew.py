"""A crew: the same bench in several processes, so that every core has its share of the cases and of the pairs."""

from __future__ import annotations

import importlib.util
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from conformance.case import Case
from conformance.execution import load_oracle
from conformance.power.bench import Bench, Found, Kills, Try

#: Fewer cases times faults are done sooner than other processes have imported torch.
_WORTH_IT = 20_000
#: More processes would each take longer to import torch than they then have to do.
_MOST = 8
#: Shares a process, so that none is left with the last large one.
_SHARES = 24
_TRIES_A_SHARE = 64

Result = TypeVar("Result")
Advance = Callable[[int], None]


class Crew:
    """Hands out shares of work, to other processes or to a bench of its own."""

    def __init__(self, bench: Bench | None, pool: ProcessPoolExecutor | None, workers: int) -> None:
        self._bench = bench
        self._pool = pool
        self._workers = workers

    def kills(self, count: int, advance: Advance) -> Found:
        """How each fault is caught by each of so many cases; `advance` is told how many cases are done."""
        shares = min(count, _SHARES * self._workers)
        places = [range(start, count, shares) for start in range(shares)]
        kills: Kills = {}
        errors: list[int] = []
        for done, found in self._each(_kills, [(share,) for share in places]):
            kills |= found.kills
            errors += found.suite_errors
            advance(len(done[0]))
        return Found(kills, tuple(sorted(errors)))

    def escapes(self, tries: Sequence[Try], advance: Advance = lambda _: None) -> list[tuple[str, ...]]:
        """The faults, planted together, that none of their cases catches, in the order given."""
        shares = [tries[start : start + _TRIES_A_SHARE] for start in range(0, len(tries), _TRIES_A_SHARE)]
        found: set[tuple[str, ...]] = set()
        for done, escaped in self._each(_escapes, [(share,) for share in shares]):
            found |= set(escaped)
            advance(len(done[0]))
        return [faults for faults, _ in tries if faults in found]

    def _each(
        self, work: Callable[..., Result], shares: Sequence[tuple[Any, ...]]
    ) -> Iterator[tuple[tuple[Any, ...], Result]]:
        """Each share with its result, as they are done."""
        if self._pool is None:
            for share in shares:
                yield share, work(*share, bench=self._bench)
            return
        futures: dict[Future[Result], tuple[Any, ...]] = {self._pool.submit(work, *share): share for share in shares}
        for future in as_completed(futures):
            yield futures[future], future.result()


@contextmanager
def crew(cases: Sequence[Case], faults: Sequence[str], seed: int, workers: int | None = None) -> Iterator[Crew]:
    """A crew for these cases and faults; it is sent home however the block ends.

    Raises NoTorchError where there is nothing to compare with.
    """
    workers = _cores() if workers is None else workers
    if workers == 1 or len(cases) * len(faults) < _WORTH_IT:
        yield Crew(Bench(cases, faults, seed), None, 1)
        return
    if importlib.util.find_spec("torch") is None:
        load_oracle()  # says so here, and not in a process that nobody hears
    # Started afresh, not forked: torch has threads, which a fork would leave behind in the middle of whatever they did.
    context = multiprocessing.get_context("spawn")
    lifeline, our_end = context.Pipe(duplex=False)
    arguments = (lifeline, tuple(cases), tuple(faults), seed)
    pool = ProcessPoolExecutor(workers, context, initializer=_start, initargs=arguments)
    try:
        yield Crew(None, pool, workers)
    except BaseException:
        our_end.close()  # Ctrl-C, say: nobody waits for the shares that are being worked on
        raise
    finally:
        pool.shutdown(cancel_futures=True)
        our_end.close()


def _cores() -> int:
    """How many cores this process may use, as far as more help."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(count, _MOST)


_BENCH: list[Bench] = []  # of a process of the pool, where there is no other way to keep it


def _start(lifeline: Connection, cases: Sequence[Case], faults: Sequence[str], seed: int) -> None:
    """Set up the bench of a process; Ctrl-C is for the process that waits for it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(lifeline,), daemon=True).start()
    _BENCH.append(Bench(cases, faults, seed))


def _end_with(lifeline: Connection) -> None:
    """End this process once the other end is closed, by intention or because whoever held it was killed."""
    lifeline.poll(None)
    os._exit(1)


def _kills(places: Sequence[int], bench: Bench | None = None) -> Found:
    return (bench or _BENCH[0]).kills(places)


def _escapes(tries: Sequence[Try], bench: Bench | None = None) -> list[tuple[str, ...]]:
    return (bench or _BENCH[0]).escapes(tries)
