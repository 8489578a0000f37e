"""Python implementations in processes of their own: the same records as without, and every end of one is a status."""

import dataclasses
import functools
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from kept import cases_read_once, torch_asked_once

from conformance import discovery
from conformance.arguments import draw
from conformance.case import Case
from conformance.cli import cli
from conformance.cli.supervise import run_here
from conformance.command import Allowed, begin_python
from conformance.command.line import CRASHES, PATIENCE
from conformance.command.memory import all_memory
from conformance.execution import execute, load, load_oracle, loaded
from conformance.generators import set_generators
from conformance.implementation import NoImplementationError
from conformance.loading import Code
from conformance.observation import Answered, Crashed, OutOfMemory, Raised, TimedOut, observe
from conformance.plan import Plan
from conformance.record_file import read
from conformance.runner import Subject
from conformance.smoke import connect
from conformance.status import Status
from conformance.sweep import suite
from conformance.sweep.scope import parse_where
from conformance.wire import Hints, read_hints, read_request, write_request

ROOT = Path(__file__).parents[1]
SUBJECTS = ROOT / "tests" / "subjects"
CASE = Case(id="small", asks="values", input_size=2, hidden_size=3, seq_len=4, batch_size=2)
PATIENT = 60.0  # seconds that nothing here takes, unless something is wrong

pytestmark = pytest.mark.skipif(os.name != "posix", reason="without poll an implementation runs in this process")

#: A right RNN of one layer that does something first, in each call.
RNN = """
import ctypes, os, random, subprocess, sys, time
import numpy as np
{before}

class RNN:
    def __init__(self, input_size, hidden_size):
        self.hidden_size = hidden_size

    def load_state_dict(self, state):
        {load}

    def forward(self, input, h_0=None):
        {first}
        s = self.state
        h = np.zeros((input.shape[-2], self.hidden_size), input.dtype) if h_0 is None else h_0[0]
        steps = []
        for x in input:
            h = np.tanh(x @ s["weight_ih_l0"].T + s["bias_ih_l0"] + h @ s["weight_hh_l0"].T + s["bias_hh_l0"])
            steps.append(h)
        return np.stack(steps), h[np.newaxis].copy()
"""


@pytest.fixture
def written(tmp_path):
    """A function that writes such an RNN to a file."""

    def write(first="pass", before="", load="self.state = state", name="mine"):
        path = tmp_path / f"{name}.py"
        path.write_text(RNN.format(first=first, before=before, load=load))
        return path

    return write


@pytest.fixture
def started():
    """A function that starts a file; every process is gone afterwards."""
    made = []

    def start(path, **allowed):
        source = discovery.parse(str(path))
        found = begin_python(source.code, source.name, "", Allowed(**allowed))()
        made.append(found)
        return found

    yield start
    for one in made:
        one.close()
    assert not running(str(os.getpid())), "a process of an implementation was left behind"


def running(parent):
    """The processes of ours that serve a judge."""
    found = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
    lines = [line.split(None, 2) for line in found.splitlines()]
    return [words for words in lines if words[1] == parent and "conformance.child.server" in words[2]]


def seen(implementation, case=CASE, **settings):
    return observe(implementation, case, ((case, draw(case, 0)),), **settings)


@pytest.fixture(autouse=True, scope="module")
def what_is_the_same_is_made_once():
    """Reading the case files and asking torch take longer than most of these tests."""
    with cases_read_once(), torch_asked_once():
        yield


@pytest.fixture
def command(capfd):
    """Run a command in this process, which has imported torch already: exit code, standard output, standard error."""

    def command(*words):
        code = run_here(cli, [str(word) for word in words])
        return code, *capfd.readouterr()

    return command


# ---- nothing is lost by it


@functools.cache
def plan():
    return Plan(suite=suite.load(ROOT / "cases"))


@functools.cache
def runner():
    """One for all, so that torch is asked once."""
    return plan().runner(load_oracle())


def some_cases():
    """A few of every kind."""
    return [case for case in plan().suite.cases if case.asks != "training"][7::61]


ALIKE = [
    "impls/reference.py",
    "impls/torch_by_hand.py",
    "impls/published/stacked_cells_tensors.py",
    "tests/subjects/right/function_lists.py",
    "tests/subjects/right/declines_float64.py",
    "tests/subjects/right/two_sizes.py",
    "tests/subjects/wrong/reverse_not_restored.py",
    "tests/subjects/wrong/input_changed.py",
    "tests/subjects/wrong/output_overwritten_later.py",
    "tests/subjects/wrong/grad_as_tuple.py",
    "tests/subjects/wrong/friendly_array.py",
    "tests/subjects/wrong/big_endian.py",
    "tests/subjects/wrong/torch_state_detached.py",
    "tests/subjects/wrong/returns_three.py",
    "tests/subjects/broken/backward_raises.py",
    "tests/subjects/broken/exception_without_words.py",
    "tests/subjects/broken/exits_in_forward.py",
    "tests/subjects/broken/missing_module.py",
    "tests/subjects/broken/other_names.py",
    "tests/subjects/broken/own_parameters.py",
    "tests/subjects/broken/recurses_forever.py",
    "tests/subjects/broken/returns_none.py",
    "tests/subjects/broken/returns_scalars.py",
]


@pytest.mark.parametrize("file", ALIKE)
def test_every_record_is_what_it_is_without_a_process_between(file):
    source = discovery.parse(str(ROOT / file))
    with loaded([source], Allowed()) as there:
        both = [Subject(named[0].implementation) for named in (load([source]), there)]
        records = list(runner().run(some_cases(), both))
        assert runner().connect(both[0]) == runner().connect(both[1])
    assert len(records) == 2 * len(some_cases())
    for here, apart in zip(records[::2], records[1::2], strict=True):
        assert str(here) == str(apart)  # NaN is no other NaN


def test_a_diagnosis_is_what_it_is_without_a_process_between():
    where = "num_layers=1,batch_size=1,bias=true,bidirectional=true,batch_first=false,nonlinearity=tanh"
    narrow = Plan(suite=plan().suite, case="values/configurations*", scope=parse_where(where))
    for file in ("wrong/reverse_not_restored", "wrong/big_endian"):
        source = discovery.parse(str(SUBJECTS / f"{file}.py"))
        with loaded([source], Allowed()) as there:
            runs = [execute(narrow, named) for named in (load([source]), there)]
        (here, apart) = ([dataclasses.replace(d, seconds=0.0) for d in run.diagnoses] for run in runs)
        assert here == apart


def test_one_network_learns_and_is_loaded_anew_in_every_step(written):
    """A second load_state_dict that replaces nothing shows in training alone; with a network for each call it would not."""
    once = "self.state = getattr(self, 'state', {k: v.copy() for k, v in state.items()})"
    backward = """
    def backward(self, grad_output, grad_h_n):
        return {name: np.zeros_like(value) for name, value in self.state.items()} | {"input": np.zeros((1,))}
"""
    path = written(load=once)
    path.write_text(path.read_text() + backward)
    case = min((c for c in plan().suite.cases if c.asks == "training" and c.num_layers == 1), key=lambda c: c.steps)
    source, found = discovery.parse(str(path)), []
    with loaded([source], Allowed()) as apart:
        for named in (load([source]), apart):
            found += runner().run([case], [Subject(named[0].implementation)])
    assert found[0] == found[1]
    assert found[0].status is Status.FAIL, found[0].why


# ---- how it can end


ENDS = {
    "os._exit(0)": "its process ended with exit code 0 before it answered",
    "os.abort()": r"its process ended by SIGABRT \(.*\) in forward at mine.py:14 before it answered",
    "ctypes.string_at(0)": r"its process ended by SIGSEGV \(.*\) in forward at mine.py:14 before it answered",
    "os.kill(os.getpid(), 9)": "its process ended by SIGKILL",
    "os.closerange(0, 100)": "its process ended with exit code (1|120) before it answered",
    "deep(0)": r"its process ended by SIGSEGV \(.*\) in <lambda> at mine.py:4 before it answered",
    "os.write(2, b'all is \\x1b[31mlost\\n'); os._exit(3)": 'exit code 3 before it answered; .*: "all is lost"',
}
DEEP = "deep = lambda n: sorted([n], key=lambda _: deep(n + 1)); sys.setrecursionlimit(10**9)"


@pytest.mark.parametrize("what", ENDS)
def test_an_end_of_its_process_costs_a_case_and_no_other(written, started, what):
    one = started(written(f"if input.shape[1] == 5: {what}", DEEP))
    larger = dataclasses.replace(CASE, batch_size=5)
    for _ in range(2):
        assert isinstance(seen(one), Answered)
        lost = seen(one, larger)
        assert type(lost) is Crashed, lost
        assert re.search(ENDS[what], lost.why), lost.why


def test_a_hang_is_ended_and_not_asked_for_ever(written, started):
    one = started(written("time.sleep(600)"), case_seconds=0.3)
    found = [seen(one) for _ in range(PATIENCE + 2)]
    assert found[0] == TimedOut("it gave no answer within 0.3 s and was stopped")
    assert {type(lost) for lost in found} == {TimedOut}
    assert found[-1].why.startswith("it was not asked, since 3 questions in a row before it had no answer within 0.3 s")


def test_one_that_always_crashes_is_not_asked_for_ever(written, started):
    one = started(written("os._exit(4)"))
    last = [seen(one) for _ in range(CRASHES + 1)][-1]
    assert last.why == (
        f"it was not asked, since it crashed in each of {CRASHES} questions before it, at last so: its process ended "
        "with exit code 4 before it answered"
    )


@pytest.mark.parametrize("what", ["[np.ones(10**6) for _ in range(10**6)]", "bytearray(10**12)"])
def test_a_memory_hog_gets_no_more_than_it_may_have(written, started, what):
    one = started(written(f"if input.shape[1] == 5: {what}"), memory=600 << 20)
    assert isinstance(seen(one), Answered)
    lost = seen(one, dataclasses.replace(CASE, batch_size=5))
    assert type(lost) is OutOfMemory, lost
    assert re.match(
        r"it wanted more memory than the 600 MiB that it may have \(forward raised \w*MemoryError", lost.why
    )
    assert isinstance(seen(one), Answered)


def test_a_crash_for_lack_of_memory_is_told_as_that(written, started):
    one = started(written('os.write(2, b"what(): std::bad_alloc"); os.abort()'), memory=600 << 20)
    lost = seen(one)
    assert type(lost) is OutOfMemory, lost
    assert "or than there was: its process ended by SIGABRT" in lost.why


def test_three_quarters_of_the_memory_are_the_default():
    assert 1 << 28 < Allowed().memory == all_memory() * 3 // 4


@pytest.mark.parametrize("error", ["KeyboardInterrupt", "SystemExit", "GeneratorExit"])
def test_whatever_it_raises_is_an_observation(written, started, error):
    found = seen(started(written(f"raise {error}")))
    assert isinstance(found, Raised), found
    assert (found.kind, found.stage, found.where) == (error, "forward", "mine.py:14")


def test_a_copy_that_it_makes_of_its_process_answers_nothing(written, started):
    one = started(written("os.fork()"))
    for _ in range(5):
        assert isinstance(seen(one), Answered)


def test_what_it_starts_ends_with_it(written, started, tmp_path):
    pid = tmp_path / "pid"
    start = f"open({str(pid)!r}, 'w').write(str(subprocess.Popen(['sleep', '600']).pid))"
    one = started(written(start))
    seen(one)
    one.close()
    for _ in range(100):
        state = Path(f"/proc/{pid.read_text()}/stat")
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.05)
    pytest.fail("what the implementation had started is still running")


def test_it_reads_nothing_from_the_terminal_and_no_arguments_of_ours(written, started):
    assert isinstance(seen(started(written("assert (sys.stdin.read(), sys.argv[1:]) == ('', [])"))), Answered)


# ---- before it is asked


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("import os\nos._exit(0)\n", "cannot be imported: its process ended with exit code 0 before it answered"),
        ("import ctypes\nctypes.string_at(0)\n", "cannot be imported: its process ended by SIGSEGV"),
        ("raise KeyboardInterrupt\n", "cannot be imported: KeyboardInterrupt at mine.py:1"),
        ("raise SystemExit(0)\n", "cannot be imported: SystemExit at mine.py:1: 0"),
        ("import absent_module\n", "cannot be imported: ModuleNotFoundError at mine.py:1: No module named"),
        ("def broken(:\n", "cannot be imported: SyntaxError at mine.py:1"),
        ("import time\ntime.sleep(600)\n", "cannot be imported: it gave no answer within 0.5 s and was stopped"),
        ("x = [b'x' * 10**6 for _ in range(10**6)]\n", "cannot be imported: "),
    ],
)
def test_what_cannot_be_imported_is_not_connected(tmp_path, started, text, sentence):
    (tmp_path / "mine.py").write_text(text)
    seconds = 0.5 if "sleep" in text else PATIENT
    found = connect(started(tmp_path / "mine.py", start_seconds=seconds, memory=600 << 20))
    assert not found.connected
    assert f"mine {sentence}" in found.why


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("x = 1\n", "mine.py has no RNN, but should have a class RNN"),
        ("class A:\n    forward = 1\n", "mine.py has no RNN"),
    ],
)
def test_where_there_is_no_rnn_that_is_said(tmp_path, started, target, sentence):
    (tmp_path / "mine.py").write_text(target)
    with pytest.raises(NoImplementationError, match=sentence):
        started(tmp_path / "mine.py")


def test_a_module_is_found_as_without_a_process_between():
    found = begin_python(Code("", "conformance.reference", "RNN", "conformance.reference:RNN"), "it", "", Allowed())()
    assert isinstance(seen(found), Answered)
    found.close()
    with pytest.raises(NoImplementationError, match="there is no module no_such_module to import"):
        begin_python(Code("", "no_such_module", "RNN", "no_such_module:RNN"), "it", "", Allowed())()


# ---- what is said besides


def test_generators_are_set_where_a_question_says_so(written, started):
    draws = "self.state = {k: np.random.rand(*v.shape) + random.random() for k, v in state.items()}"
    one = started(written(load=draws))
    first, second = (seen(one, generators=7).calls[0].outputs[0] for _ in range(2))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, seen(one).calls[0].outputs[0])
    assert "its answer is the same whatever they are" in connect(one).why


def test_generators_can_be_set_to_what_nobody_knows():
    import random

    state = random.getstate(), np.random.get_state()
    try:
        drawn = set()
        for _ in range(2):
            random.seed(0), np.random.seed(0)
            set_generators(None)
            drawn.add((random.random(), float(np.random.rand())))
        assert len({number for pair in drawn for number in pair}) == 4
    finally:
        random.setstate(state[0])
        np.random.set_state(state[1])


def test_hints_are_read_as_they_were_written_and_are_no_part_of_the_case():
    calls = ((CASE, draw(CASE, 0)),)
    for hints in (Hints(), Hints(generators=0), Hints(network=3, only=("load", "forward"))):
        frame = write_request(CASE, calls, 1, hints)
        assert read_hints(frame.entries) == hints
        assert read_request(frame)[0] == read_request(write_request(CASE, calls, 1))[0]
    assert read_hints({"generators": "no", "network": True, "only": 3}) == Hints()


def test_a_late_judge_finds_what_was_there_in_time(written, started):
    case = dataclasses.replace(CASE, seq_len=300, batch_size=50, hidden_size=20)
    one = started(written(), case_seconds=1.0)
    finish = one.begin(case, ((case, draw(case, 0)),))
    time.sleep(1.5)
    assert isinstance(finish(), Answered), "2.4 MB do not fit into the pipe: the rest comes after the deadline"


# ---- the commands


def test_prints_are_dropped_at_every_level_and_shown_on_request(written, command):
    loud = "os.write(1, b'low 1\\n'); os.write(2, b'low 2\\n'); print('high 1'); print('high 2', file=sys.stderr)"
    path, narrow = written(loud), ["--case", "values/configurations"]
    _, out, shown = command("check", path, *narrow, "--show-output")
    code, quiet, nothing = command("check", path, *narrow)
    assert (code, nothing) == (0, "")
    assert {"low 1", "low 2", "high 1", "high 2"} <= set(shown.splitlines())
    assert "low" not in out + quiet
    assert "high" not in out + quiet


def test_a_crash_a_hang_and_a_hog_are_statuses_and_a_run_goes_on(written, command, tmp_path):
    impls = tmp_path / "impls"
    impls.mkdir()
    does = {"dies": "os._exit(0)", "hangs": "time.sleep(600)", "hogs": "bytearray(10**12)", "works": "pass"}
    for name, first in does.items():
        written(f"if input.shape[1] == 5: {first}", name=name).rename(impls / f"{name}.py")
    where = "num_layers=1,nonlinearity=tanh,bias=true,bidirectional=false,batch_first=false,batch_size=1|5"
    narrow = ["--case", "values/configurations*", "--where", where, "--case-time-limit", "0.5"]
    code, out, err = command("run", "--impls", impls, "--reports", tmp_path / "reports", *narrow)
    assert code == 1, err
    found = {name: set() for name in does}
    for record in read(tmp_path / "reports" / "results.jsonl").records:
        found[record.implementation].add(record.status.value)
    assert found == {
        "dies": {"pass", "crash"},
        "hangs": {"pass", "timeout"},
        "hogs": {"pass", "memory"},
        "works": {"pass"},
    }
    assert "✓ works" in out
    page = (tmp_path / "reports" / "parity.html").read_text()
    assert "its process ended with exit code 0 before it answered" in page


def test_a_crash_is_a_failure_in_every_output(written, command):
    path = written("os._exit(0)")
    code, out, _ = command("check", path, "--case", "values/configurations", "--json")
    document = json.loads(out)
    assert (code, document["counts"]["crash"], document["conforms_where_supported"]) == (1, 1, False)
    assert document["first"]["status"] == "crash"
    code, out, _ = command("explain", path, "values/configurations")
    assert code == 1
    told = "values/configurations fails: its process ended with exit code 0 before it answered."
    assert told in " ".join(out.split())


def test_limits_can_be_typed(written, command):
    narrow = ["--case", "values/configurations"]
    _, out, err = command("check", written("time.sleep(600)"), *narrow, "--case-time-limit", "0.2")
    assert "it gave no answer within 0.2 s" in " ".join(out.split()), out + err
    _, out, err = command("check", written("bytearray(2 * 10**9)"), *narrow, "--memory-limit", "700")
    assert "more memory than the 700 MiB" in " ".join(out.split()), out + err
    assert command("check", written(), "--case-time-limit", "0")[0] == 2


def test_a_module_of_the_users_does_not_stand_before_ours(written, tmp_path):
    for name in ("torch", "random", "click"):
        (tmp_path / f"{name}.py").write_text("raise ValueError('not this one')\n")
    words = [sys.executable, "-m", "conformance", "check", str(written()), "--case", "values/configurations"]
    settings = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, cwd=tmp_path, env=settings, capture_output=True, text=True, timeout=PATIENT)
    assert done.returncode == 0, done.stderr


def lives(pid):
    """Whether a process runs: who has ended and is waited for by nobody does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


#: The command line without torch, which takes longest to import, and is asked only after an implementation has answered.
JUDGE = """
import sys
from conformance import execution
from conformance.cli import main
execution.load_oracle = lambda: None
sys.exit(main())
"""


@pytest.mark.parametrize("how", ["SIGKILL", "SIGTERM", "SIGINT"])
def test_nothing_is_left_when_the_judge_is_gone(written, tmp_path, how):
    pid = tmp_path / "pid"
    path = written(f"open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(600)")
    words = [sys.executable, "-c", JUDGE, "check", str(path), "--case", "values/configurations"]
    heeds = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    judge = subprocess.Popen(
        words, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=heeds, start_new_session=True
    )
    end = time.monotonic() + PATIENT
    while not pid.exists() or not pid.read_text():
        assert time.monotonic() < end, "the implementation was never called"
        time.sleep(0.02)
    judge.send_signal(getattr(signal, how))
    judge.wait(PATIENT)
    while lives(pid.read_text()):
        assert time.monotonic() < end, f"the implementation is still running ({how})"
        time.sleep(0.02)
