"""One thread each, or no bench; and tables at the end: how many times torch's time the reference takes, what confinement costs."""

import os

import pytest
import torch
from paired_times import VARIABLES, table, training_table

ROWS = pytest.StashKey[dict]()
TRAININGS = pytest.StashKey[list]()
GATES = pytest.StashKey[list]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    """Refuse to measure with another number of threads; and have one table, not pytest-benchmark's too."""
    wrong = [name for name in VARIABLES if os.environ.get(name) != "1"]
    if wrong:
        raise pytest.UsageError(
            f"{' and '.join(wrong)} should be 1 in the environment, so that both sides compute with one thread; "
            "tox run -e bench sets all three"
        )
    torch.set_num_threads(1)
    config.stash[ROWS] = {}
    config.stash[TRAININGS] = []
    config.stash[GATES] = []
    config.option.benchmark_quiet = True


@pytest.fixture
def record(request):
    """A function that puts one task's times into the table."""

    def record(size, dtype, task, times):
        request.config.stash[ROWS].setdefault((size, dtype), {})[task] = times

    return record


@pytest.fixture
def record_training(request):
    """A function that puts one training's times into its table."""
    return lambda *row: request.config.stash[TRAININGS].append(row)


@pytest.fixture
def record_gate(request):
    """A function that puts one figure, its unit and what is aimed at into the table of what confinement costs."""
    return lambda *row: request.config.stash[GATES].append(row)


def pytest_terminal_summary(terminalreporter, config):
    rows = config.stash[ROWS]
    if rows:
        terminalreporter.section("the reference's time as a multiple of torch.nn.RNN's")
        for line in table(rows):
            terminalreporter.write_line(line)
    if config.stash[GATES]:
        terminalreporter.section("what it costs to shut a submission in")
        for what, figure, unit, goal in config.stash[GATES]:
            terminalreporter.write_line(f"{what:70} {figure:8.1f} {unit} {'<=' if figure <= goal else '> '} {goal}")
    if config.stash[TRAININGS]:
        terminalreporter.section("two epochs of the digits, learned by torch and by the reference")
        for line in training_table(config.stash[TRAININGS]):
            terminalreporter.write_line(line)
