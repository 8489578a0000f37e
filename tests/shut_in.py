"""Submissions that a test writes and shuts in, one case for them, and what of them is still running."""

import contextlib
import itertools
import os
import textwrap
import time
from pathlib import Path
from unittest import mock

import pytest

from conformance.arguments import draw
from conformance.case import Case
from conformance.confinement.level import Level, lacking, required
from conformance.observation import observe
from conformance.submission import Allowance, submitted

CASE = Case(id="small", asks="values", input_size=3, hidden_size=4, seq_len=5, batch_size=2)
ARGUMENTS = draw(CASE, 0)
CONFINED = [Level.A, Level.B]

HONEST = """
import numpy as np

class RNN:
    def __init__(self, input_size, hidden_size):
        self.hidden_size = hidden_size

    def load_state_dict(self, state):
        self.state = state

    def forward(self, input, h_0=None):
        {first}
        h = np.zeros((1, input.shape[1], self.hidden_size)) if h_0 is None else h_0
        s, outputs = self.state, []
        for x in input:
            h = {tanh}(x @ s["weight_ih_l0"].T + s["bias_ih_l0"] + h @ s["weight_hh_l0"].T + s["bias_hh_l0"])
            outputs.append(h[0])
        return np.stack(outputs), h
"""

_NUMBERS = itertools.count()


def needs(level):
    """Skip a test, with a sentence, on a machine that lacks a level, unless RNN_CONFORMANCE_REQUIRE asks for it."""
    if missing := lacking(level):
        if "RNN_CONFORMANCE_REQUIRE" in os.environ and required().holds(level):
            pytest.fail(f"level {level} is required here, but {missing}")
        pytest.skip(f"level {level} is not offered here: {missing}")


def honest(first="pass", tanh="np.tanh", before=""):
    """A right RNN of one layer, with a line at its beginning, one in each call, or another nonlinearity."""
    first = first.replace("\n", "\n        ")
    return textwrap.dedent(before) + HONEST.replace("{first}", first).replace("{tanh}", tanh)


def own_name():
    """A name for a file that nobody else has: it is in the command line of every process of its submission."""
    return f"student_{os.getpid()}_{next(_NUMBERS)}.py"


def written(folder, source, name=""):
    """A source as a file, under a name of its own unless one is given."""
    path = Path(folder, name or own_name())
    path.write_bytes(source if isinstance(source, bytes) else source.encode())
    return path


@contextlib.contextmanager
def confined(folder, source, level, name="", **allowed):
    """A source as an implementation at a level, with what an Allowance says; nothing of it may be running afterwards."""
    needs(level)
    path, allowance = written(folder, source, name), Allowance(**allowed)
    with any_level(), submitted(path, level=level, advisory=level is Level.C, allowed=allowance) as implementation:
        yield implementation
    assert until(lambda: not running(path.name)), f"a submission left processes behind: {running(path.name)}"


@contextlib.contextmanager
def any_level():
    """No level is required: that of this run of the tests has been asked for by `needs`."""
    with mock.patch.dict(os.environ):
        os.environ.pop("RNN_CONFORMANCE_REQUIRE", None)
        yield


def seen(implementation, case=CASE, arguments=ARGUMENTS):
    """What an implementation does in one call."""
    return observe(implementation, case, ((case, arguments),))


def running(word):
    """The processes whose command line holds a word, which should be one that no other test uses."""
    found = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            if word.encode() in line.read_bytes():
                found.append(int(line.parent.name))
    return found


def until(condition, seconds=20.0):
    """What a condition says as soon as it holds, or at last."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()
