"""Submissions that are torch modules: shut in with torch, and with nothing else that knows an answer."""

import contextlib
import inspect
import sys
from pathlib import Path

import pytest
from shut_in import CONFINED, any_level, needs, running, until, written

from conformance.arguments import draw
from conformance.case import Case
from conformance.execution import load_oracle
from conformance.observation import Raised, observe
from conformance.plan import Plan
from conformance.runner import Subject
from conformance.status import Status
from conformance.submission import submitted
from conformance.sweep import suite

ROOT = Path(__file__).parents[1]
CASE = Case(id="small", asks="gradients", input_size=3, hidden_size=4, seq_len=5, batch_size=2)

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux shuts a submission in"),
    pytest.mark.skipif("with_torch" not in inspect.signature(submitted).parameters, reason="not there yet"),
]

LOOKS_AROUND = """
import torch

reached = []
for name in ("conformance.reference", "conformance.oracle", "conformance.expected", "jax", "onnx", "pytest", "yaml"):
    try:
        __import__(name)
        reached.append(name)
    except (ImportError, OSError):
        pass

class RNN(torch.nn.RNN):
    def forward(self, input, h_0=None):
        threads = torch.get_num_threads()
        raise ValueError(f"reached {reached} with {threads} threads")
"""


@pytest.fixture(params=CONFINED)
def level(request):
    needs(request.param)
    return request.param


@contextlib.contextmanager
def with_torch(path, level):
    with any_level(), submitted(path, level=level, with_torch=True) as implementation:
        yield implementation


def test_a_module_is_judged_gradients_and_all(level):
    loaded = suite.load(ROOT / "cases")
    cases = [case for case in loaded.cases if case.asks in ("values", "gradients")][::120]
    with with_torch(ROOT / "impls" / "torch_by_hand.py", level) as implementation:
        records = list(Plan(suite=loaded).runner(load_oracle()).run(cases, [Subject(implementation)]))
    assert [f"{r.case}: {r.why}" for r in records if r.status is not Status.PASS] == []
    assert {r.asks for r in records} == {"values", "gradients"}


def test_torch_alone_is_there(level, tmp_path):
    path = written(tmp_path, LOOKS_AROUND)
    with with_torch(path, level) as implementation:
        seen = observe(implementation, CASE, ((CASE, draw(CASE, 0)),))
    assert isinstance(seen, Raised), seen
    assert seen.message == "reached [] with 1 threads"
    assert until(lambda: not running(path.name))


def test_without_the_flag_torch_is_not_there(level, tmp_path):
    path = written(tmp_path, LOOKS_AROUND)
    with any_level(), submitted(path, level=level) as implementation:
        seen = observe(implementation, CASE, ((CASE, draw(CASE, 0)),))
    assert "No module named 'torch'" in str(seen)
