"""What confinement costs: starting, a small case, and the whole suite; no assertion on time, the table shows it."""

import statistics
import subprocess
import sys
from time import perf_counter

import pytest
from pasted import reference_in_one_file
from shut_in import ARGUMENTS, CASE, any_level, honest, needs, written

from conformance.command import Allowed
from conformance.confinement.level import Level
from conformance.discovery import parse
from conformance.execution import Named, execute, load_oracle, loaded
from conformance.observation import Answered, begin
from conformance.plan import Plan
from conformance.source import Source
from conformance.status import Status
from conformance.submission import GROUP, Allowance, submitted
from conformance.sweep.suite import find_cases
from conformance.sweep.suite import load as load_suite

LEVELS = [Level.A, Level.B]
ROUNDS, CASES = 7, 400


def seconds(act):
    start = perf_counter()
    act()
    return perf_counter() - start


@pytest.fixture
def start(tmp_path):
    """A function that shuts a source in at a level."""

    def start(source, level):
        return submitted(written(tmp_path, source), level=level, allowed=Allowance(group=GROUP))

    return start


@pytest.mark.parametrize("level", LEVELS)
def test_starting(level, start, record_gate):
    needs(level)
    python, gate = [], []
    with any_level():
        for _ in range(ROUNDS):
            words = [sys.executable, "-I", "-c", "import numpy"]
            python.append(seconds(lambda: subprocess.run(words, check=True)))  # noqa: B023 -- called at once
            before = perf_counter()
            with start(honest(), level):
                gate.append(perf_counter() - before)
    beyond = statistics.median(ours - theirs for ours, theirs in zip(gate, python, strict=True))
    record_gate(f"starting at level {level}, beyond Python and NumPy", beyond * 1e3, "ms", 150)


@pytest.mark.parametrize("level", LEVELS)
def test_a_small_case(level, start, record_gate):
    needs(level)
    with any_level(), start(honest(), level) as implementation:
        times = []
        for _ in range(CASES):
            before = perf_counter()
            assert isinstance(begin(implementation, CASE, ((CASE, ARGUMENTS),))(), Answered)
            times.append(perf_counter() - before)
    record_gate(f"a small case at level {level}, of {CASES} back to back", statistics.mean(times) * 1e3, "ms", 5)


@pytest.mark.parametrize("level", LEVELS)
def test_the_whole_suite(level, start, record_gate, tmp_path):
    needs(level)
    load_oracle()
    plan, source = Plan(suite=load_suite(find_cases())), Source("pasted", "", "", None, None, None)
    path = written(tmp_path, reference_in_one_file())

    def run(implementation):
        records = execute(plan, (Named(source, implementation),)).records
        assert {record.status for record in records} == {Status.PASS}

    confined, free = [], []
    for _ in range(2):
        with loaded([parse(str(path))], Allowed()) as (named,):
            free.append(seconds(lambda: run(named.implementation)))
        with any_level(), start(reference_in_one_file(), level) as implementation:
            confined.append(seconds(lambda: run(implementation)))
    ratio = min(ours / theirs for ours, theirs in zip(confined, free, strict=True))
    record_gate(f"the whole suite at level {level} ({ratio:.2f} times the unconfined run)", min(confined), "s", 15)
