"""torch learns in a process of its own, so that the other cases go on meanwhile on another core."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

from conformance.case import Case
from conformance.question import SuiteError
from conformance.training import Learns, expect_learning

#: Fewer other cases are judged sooner than another process has imported torch.
_WORTH_IT = 500
_HOME = Path(__file__).resolve().parents[1]
#: Without the current folder on the path, where a submission's random.py would stand before Python's.
_START = f"import sys; sys.path.append({str(_HOME)!r}); from conformance.trainer_process import _main; _main()"


class TrainerProcess:
    """One process that learns one case at a time; it is told of none that the implementation has not learned before."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._line, theirs = Pipe()
        with theirs:
            # In a group of its own, so that Ctrl-C is for us alone.
            self._process = subprocess.Popen(  # noqa: S603 -- our own program
                [sys.executable, "-P", "-c", _START, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                process_group=0,
            )
        self._queue = ThreadPoolExecutor(1)

    def begin(self, case: Case) -> Future[Learns]:
        """How torch learns a case, some time; SuiteError as from `expect_learning`, or where the process is gone."""
        return self._queue.submit(self._ask, case)

    def close(self) -> None:
        """End it, whatever it is at."""
        self._process.kill()
        self._queue.shutdown(cancel_futures=True)
        self._process.wait()
        self._line.close()

    def _ask(self, case: Case) -> Learns:
        try:
            self._line.send((case, self._seed))
            found = self._line.recv()
        except (OSError, EOFError):
            code = self._process.wait()
            raise SuiteError(f"the process in which torch learns {case.id} ended with exit code {code}") from None
        if isinstance(found, Learns):
            return found
        raise SuiteError(found)


@contextmanager
def learning_apart(cases: Sequence[Case], seed: int) -> Iterator[Callable[[Case], Future[Learns]] | None]:
    """What begins a case of training in another process, until the block ends; None where nothing gets faster by it."""
    trained = sum(case.asks == "training" for case in cases)
    worth_it = trained and len(cases) - trained >= _WORTH_IT and _cores() > 1
    if not worth_it or os.name == "nt":  # Windows hands no descriptors on
        yield None
        return
    with closing(TrainerProcess(seed)) as process:
        yield process.begin


def _cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _main() -> None:
    """Learn what is asked for until nobody is there any more."""
    from conformance.oracle import oracle  # noqa: PLC0415 -- torch takes seconds to import, and is for this process

    trainer = oracle()
    with Connection(int(sys.argv[1])) as line, suppress(EOFError, ConnectionError):
        while True:
            case, seed = line.recv()
            try:
                line.send(expect_learning(case, seed, trainer))
            except SuiteError as error:
                line.send(str(error))
            except Exception as error:  # noqa: BLE001 -- told by the judge as a fault of the harness
                line.send(f"training failed: {type(error).__name__}: {error}")
