"""Whoever dies, nothing passes and nothing stays; and what is no submission is never started."""

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from shut_in import CONFINED, any_level, confined, honest, needs, own_name, running, seen, until

from conformance.confinement.layer import NotJudgedError
from conformance.confinement.level import Level
from conformance.observation import Answered, Crashed, NotObservedError
from conformance.submission import SubmissionFile, submitted


@pytest.mark.parametrize("level", CONFINED)
def test_a_warm_parent_that_is_killed_makes_it_not_judged(level, tmp_path):
    with confined(tmp_path, honest(), level) as implementation:
        assert type(seen(implementation)) is Answered
        os.kill(implementation._line._parent._process.pid, signal.SIGKILL)
        with pytest.raises(NotObservedError, match="was ended"):
            seen(implementation)
        assert type(seen(implementation)) is Answered  # by another one


def test_one_that_ends_its_parent_where_it_can_has_crashed(tmp_path):
    source = honest("import os, signal; os.kill(os.getppid(), signal.SIGKILL)")
    with confined(tmp_path, source, Level.C) as implementation:
        assert type(seen(implementation)) is Crashed
        assert type(seen(implementation)) is Crashed


@pytest.mark.parametrize("level", list(Level))
def test_nothing_stays_of_one_that_hangs_or_of_a_judge_that_is_interrupted(level, tmp_path):
    def interrupted(*_):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupted)
    try:
        with confined(tmp_path, honest("while True: pass"), level) as implementation:
            signal.setitimer(signal.ITIMER_REAL, 0.2)
            with pytest.raises(KeyboardInterrupt):
                seen(implementation)
            assert until(lambda: not running(implementation.file.name))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_a_daemon_does_not_stay_where_it_can_be_started(tmp_path):
    source = honest("import os\nif os.fork() == 0:\n    import time; time.sleep(300)")
    with confined(tmp_path, source, Level.C) as implementation:
        assert type(seen(implementation)) is Answered
        # What it answered before it was gone has been read; it may take a moment to go.
        name = implementation.file.name
        assert until(lambda: len(running(name)) <= 2), "the daemon should be gone with its case"


def test_a_file_is_read_once_and_hashed(tmp_path):
    path = Path(tmp_path, "mine.py")
    path.write_bytes(b"x = 1\n")
    read = SubmissionFile.read(path)
    assert (read.name, read.source) == ("mine.py", b"x = 1\n")
    assert read.sha256 == hashlib.sha256(b"x = 1\n").hexdigest()


def test_level_c_judges_nobody_unless_that_is_asked_for(tmp_path, monkeypatch):
    monkeypatch.delenv("RNN_CONFORMANCE_REQUIRE", raising=False)
    Path(tmp_path, "mine.py").write_text(honest())
    with (
        any_level(),
        pytest.raises(NotJudgedError, match="a verdict needs B"),
        submitted(tmp_path / "mine.py", level=Level.C),
    ):
        pass


#: A judge that asks one case of a submission that sleeps.
JUDGE = """
import sys
sys.path[:0] = [{root!r}, {tests!r}]
from shut_in import Level, confined, seen

with confined({folder!r}, open({source!r}).read(), Level.{level}, {name!r}) as implementation:
    print("asked", flush=True)
    seen(implementation)
"""


@pytest.mark.parametrize("level", list(Level))
def test_nothing_stays_of_a_judge_that_is_killed(level, tmp_path):
    needs(level)
    source = Path(tmp_path, "source")
    source.write_text(honest("import time; time.sleep(300)"))
    tests, name = Path(__file__).parents[1], own_name()
    program = JUDGE.format(
        root=str(tests.parent), tests=str(tests), folder=str(tmp_path), source=str(source), level=level.value, name=name
    )
    file = Path(tmp_path, "judge.py")  # a command line of its own, without the submission's name
    file.write_text(program)
    with any_level():
        judge = subprocess.Popen([sys.executable, file], stdout=subprocess.PIPE, text=True)
    assert judge.stdout.readline() == "asked\n"
    assert until(lambda: running(name)), "the submission should be running by now"
    judge.kill()
    judge.communicate()
    assert until(lambda: not running(name)), f"still running: {running(name)}"
