"""A confined submission is judged as any other implementation, and whoever dies, nothing passes and nothing stays."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from submissions import CASE, CONFINED, any_level, confined, honest, needs, running, seen

from conformance.confinement.layer import NotJudgedError
from conformance.confinement.level import Level
from conformance.observation import Answered, Crashed
from conformance.runner import Runner, Subject
from conformance.status import Status
from conformance.submission import SubmissionError, SubmissionFile, submitted

STATUSES = {
    "right": (honest(), Status.PASS),
    "relu": (honest(tanh="np.fabs"), Status.FAIL),
    "zeros": (honest("return np.zeros((5, 2, 4)), np.zeros((1, 2, 4))"), Status.ERROR),
    "equal to all": (
        honest("return E(), E()", before="class E:\n    def __eq__(self, other): return True\n"),
        Status.FAIL,
    ),
    "leaves": (honest("import os; os._exit(0)"), Status.CRASH),
    "memory": (honest("np.ones(1 << 40)"), Status.MEMORY),
}


@pytest.fixture(scope="module")
def runner():
    pytest.importorskip("torch")
    from conformance.oracle import oracle

    return Runner(oracle())


@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("name", STATUSES)
def test_it_has_the_status_that_it_deserves(runner, level, name, tmp_path):
    source, status = STATUSES[name]
    with confined(tmp_path, source, level) as implementation:
        record = runner.record(CASE, Subject(implementation))
    assert record.status is status, record.why


@pytest.mark.parametrize("level", CONFINED)
def test_a_warm_parent_that_is_killed_makes_it_not_judged(level, tmp_path):
    with confined(tmp_path, honest(), level) as implementation:
        assert type(seen(implementation)) is Answered
        os.kill(implementation._line._parent._process.pid, signal.SIGKILL)
        with pytest.raises(NotJudgedError, match="was ended"):
            seen(implementation)
        assert type(seen(implementation)) is Answered  # by another one
    assert running("student.py") == []


def test_one_that_ends_its_parent_where_it_can_has_crashed(tmp_path):
    source = honest("import os, signal; os.kill(os.getppid(), signal.SIGKILL)")
    with confined(tmp_path, source, Level.C) as implementation:
        assert type(seen(implementation)) is Crashed
        assert type(seen(implementation)) is Crashed
    assert running("student.py") == []


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
            assert running("student.py") == []
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_a_daemon_does_not_stay_where_it_can_be_started(tmp_path):
    source = honest("import os\nif os.fork() == 0:\n    import time; time.sleep(300)")
    with confined(tmp_path, source, Level.C) as implementation:
        assert type(seen(implementation)) is Answered
        assert len(running("student.py")) == 1, "the daemon should be gone with its case"
    assert running("student.py") == []


def test_a_file_is_read_once_and_hashed(tmp_path):
    path = Path(tmp_path, "mine.py")
    path.write_bytes(b"x = 1\n")
    read = SubmissionFile.read(path)
    assert (read.name, read.source) == ("mine.py", b"x = 1\n")
    assert read.sha256 == hashlib.sha256(b"x = 1\n").hexdigest()


def plant(folder, what):
    path = Path(folder, "mine.py")
    if what == "link":
        Path(folder, "other.py").write_text("x = 1\n")
        path.symlink_to(Path(folder, "other.py"))
    elif what == "folder":
        path.mkdir()
    elif what == "pipe":
        os.mkfifo(path)
    elif what == "large":
        path.write_bytes(b"#" * ((256 << 10) + 1))
    elif what == "text":
        path = path.with_suffix(".txt")
    return path


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("link", "is a link"),
        ("folder", "is no regular file"),
        ("pipe", "is no regular file"),
        ("large", "is larger than 262,144 bytes"),
        ("text", "is no Python file"),
        ("nothing", "does not exist"),
    ],
)
def test_anything_but_one_regular_file_is_refused(what, sentence, tmp_path):
    with pytest.raises(SubmissionError, match=sentence), submitted(plant(tmp_path, what)):
        pass


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
from submissions import Level, confined, seen

with confined({folder!r}, open({source!r}).read(), Level.{level}) as implementation:
    print("asked", flush=True)
    seen(implementation)
"""


@pytest.mark.parametrize("level", list(Level))
def test_nothing_stays_of_a_judge_that_is_killed(level, tmp_path):
    needs(level)
    source = Path(tmp_path, "source")
    source.write_text(honest("import time; time.sleep(300)"))
    tests = Path(__file__).parent
    program = JUDGE.format(
        root=str(tests.parents[1]), tests=str(tests), folder=str(tmp_path), source=str(source), level=level.value
    )
    with any_level():
        judge = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert judge.stdout.readline() == "asked\n"
    time.sleep(0.1)
    assert running("student.py") != [], "the submission should be running by now"
    judge.kill()
    judge.communicate()
    deadline = time.monotonic() + 20
    while running("student.py") and time.monotonic() < deadline:
        time.sleep(0.01)
    assert running("student.py") == []
