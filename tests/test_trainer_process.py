"""torch's learning in a process of its own: the same records in the same order, and a loss that is the harness's own."""

import contextlib
import os
import signal
import subprocess
import sys
from concurrent.futures import Future
from pathlib import Path

import pytest
from shut_in import running, until
from small import case
from trainings import digits, expected

from conformance import runner, trainer_process
from conformance.adapters import adapt
from conformance.oracle import oracle
from conformance.question import SuiteError
from conformance.reference import RNN
from conformance.runner import Runner, Subject
from conformance.status import Status
from conformance.trainer_process import TrainerProcess, learning_apart

CASES = (case(), digits(steps=3), case(num_layers=2), case(bidirectional=True))


class LearnsNothing(RNN):
    """Gradients of weights are nothing."""

    def backward(self, grad_output, grad_h_n):
        return {
            name: g * (not name.startswith("weight")) for name, g in super().backward(grad_output, grad_h_n).items()
        }


@pytest.fixture(scope="module")
def apart():
    """A process in which torch learns."""
    with contextlib.closing(TrainerProcess(0)) as process:
        yield process


def records(learns=None, network=RNN):
    return list(Runner(oracle(), learns=learns).run(CASES, [Subject(adapt(network, "subject"))]))


@pytest.mark.parametrize("network", [RNN, LearnsNothing])
def test_records_are_the_same_wherever_torch_learns_and_those_of_training_come_last(apart, network):
    here, there = records(None, network), records(apart.begin, network)
    assert [r for r in here if r.asks != "training"] + [r for r in here if r.asks == "training"] == there


def test_torch_is_waited_for_when_all_cases_have_been_asked():
    learned = Future()
    records = Runner(oracle(), learns=lambda _: learned).run(CASES, [Subject(adapt(RNN, "subject"))])
    assert [next(records).asks for _ in CASES[1:]] == ["gradients"] * 3
    learned.set_result(expected(CASES[1]))
    assert [(r.case, r.status) for r in records] == [(CASES[1].id, Status.PASS)]


def test_cases_of_training_are_asked_between_the_others(monkeypatch):
    monkeypatch.setattr(runner, "_DISTANCE", 2)
    training, others = [digits(steps=n) for n in (1, 2, 3)], [case(num_layers=n) for n in (1, 2, 3, 4, 5)]
    spread = list(runner._spread([*others, *training]))
    assert spread == [*others[:2], training[0], *others[2:4], training[1], others[4], training[2]]


def test_torch_learns_nothing_before_the_implementation_has():
    told = []

    class Watched(RNN):
        def forward(self, input, h_0=None):
            assert told == [], "the answer was asked for before the implementation had given its own"
            return super().forward(input, h_0)

    def learns(chosen):
        told.append(chosen)
        done = Future()
        done.set_result(expected(chosen))
        return done

    found = list(Runner(oracle(), learns=learns).run([digits(steps=3)], [Subject(adapt(Watched, "subject"))]))
    assert ([r.status for r in found], told) == ([Status.PASS], [digits(steps=3)]), found


def test_what_torch_cannot_learn_is_an_error_of_the_suite(apart):
    wrong = digits(input_size=7)
    with pytest.raises(SuiteError) as here:
        expected(wrong)
    with pytest.raises(SuiteError) as there:
        apart.begin(wrong).result()
    assert str(there.value) == str(here.value)


def test_a_process_that_is_lost_is_an_error_of_the_suite_and_never_a_pass():
    with contextlib.closing(TrainerProcess(0)) as process:
        os.kill(process._process.pid, signal.SIGKILL)
        found = {record.case: record for record in records(process.begin)}
    lost = found[CASES[1].id]
    assert lost.status is Status.SUITE_ERROR
    assert lost.why.endswith("ended with exit code -9"), lost.why
    assert [record.status for record in found.values()].count(Status.PASS) == len(CASES) - 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are looked for in /proc")
def test_it_ends_with_whoever_started_it(tmp_path):
    mark = f"learner_{os.getpid()}"
    program = (
        "import sys; from conformance import trainer_process as t; t._START += sys.argv[1]; p = t.TrainerProcess(0);"
        "print('started', flush=True); sys.stdin.read()"
    )
    root = Path(trainer_process.__file__).parents[1]
    with subprocess.Popen(
        [sys.executable, "-c", program, f" # {mark}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root
    ) as judge:
        assert judge.stdout.readline() == b"started\n"
        assert until(lambda: len(running(mark)) == 2), "the judge and its process should be running"
        judge.kill()
    assert until(lambda: not running(mark)), f"processes were left behind: {running(mark)}"


@pytest.mark.parametrize(
    ("cases", "cores", "is_there"),
    [
        ((case(), digits()), 2, True),
        ((case(), digits()), 1, False),
        ((case(), case()), 2, False),
        ((digits(), digits()), 2, False),
    ],
)
def test_there_is_one_where_other_cases_can_go_on_meanwhile(cases, cores, is_there, monkeypatch):
    monkeypatch.setattr(trainer_process, "_WORTH_IT", 1)
    monkeypatch.setattr(trainer_process, "_cores", lambda: cores)
    with learning_apart(cases, 0) as learns:
        assert (learns is not None) == is_there


def test_a_few_cases_are_not_worth_one():
    with learning_apart(CASES, 0) as learns:
        assert learns is None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the path is read in /proc")
def test_nothing_in_the_current_folder_stands_before_python_s_own(tmp_path, monkeypatch):
    (tmp_path / "random.py").write_text("open('was_here', 'w')")
    monkeypatch.chdir(tmp_path)
    with contextlib.closing(TrainerProcess(0)) as process:
        process.begin(digits(steps=2)).result()
    assert process._process.returncode is not None, "a process that is closed should be gone"
    assert not Path("was_here").exists(), "a file of a submission's was imported, out of any confinement"
