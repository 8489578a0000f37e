"""The engines themselves: `tox run -e engines` runs this after all of them have been run on the whole suite."""

import os
from pathlib import Path

import pytest

import conformance
from conformance.discovery import discover
from conformance.record_file import read
from conformance.report import parity
from conformance.status import Status
from conformance.summary import summaries

ROOT = Path(__file__).parents[2]
ENGINES = ROOT / "impls" / "engines"
NAMES = ("flax_rnn", "keras_simple_rnn", "mlx_rnn", "onnx_reference", "onnx_runtime")
SMALL = {"case": "*/configurations*", "where": "num_layers=2,batch_size=5"}

TRANSPOSED = """
import sys
sys.path.append({folder!r})
from {name} import RNN as Right

class RNN(Right):
    def load_state_dict(self, state):
        super().load_state_dict({{k: a.T.copy() if k.startswith("weight_hh") else a for k, a in state.items()}})
"""


@pytest.fixture(scope="module")
def run():
    """The run that tox made of all engines."""
    return read(Path(os.environ["RNN_CONFORMANCE_ENGINES"]))


def test_every_file_here_is_one_of_the_engines():
    assert tuple(source.name for source in discover(ENGINES)) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_an_engine_is_right_in_what_it_offers(name):
    result = conformance.check(ENGINES / f"{name}.py", **SMALL)
    assert result, result.why
    assert result.counts["pass"] >= 8, f"{name} offers next to nothing: {result.why}"


@pytest.mark.parametrize("name", NAMES)
def test_an_adapter_that_transposes_a_weight_is_wrong_and_told_why(name, tmp_path):
    (tmp_path / "planted.py").write_text(TRANSPOSED.format(folder=str(ENGINES), name=name))
    result = conformance.check(tmp_path / "planted.py", **SMALL)
    assert not result
    # With gradients there is one more: that of the transposed weight is handed back as it is.
    assert result.to_dict()["diagnosis"][0]["id"] == "weight-hh-transposed", result.why


def test_all_of_them_were_run_and_none_skipped(run):
    assert [summary.name for summary in summaries(run)] == [f"engines/{name}" for name in NAMES]
    assert run.complete
    assert not run.header.skipped


def test_each_has_its_known_differences_and_no_others(run):
    wrong = {Status.FAIL, Status.ERROR, Status.STALE, Status.CRASH, Status.SUITE_ERROR}
    assert [(r.implementation, r.case) for r in run.records if r.asks != "validation" and r.status in wrong] == []


def test_readme_shows_the_parity_table_as_printed_and_with_the_versions(run):
    (shown,) = [block for block in (ROOT / "README.md").read_text().split("```")[1::2] if "\nengines/" in block]
    assert "\n".join(parity.table(summaries(run))) in shown
    words = " ".join(shown.split())
    for engine in ("flax", "jax", "keras", "mlx", "onnx", "onnxruntime"):
        assert f"{engine} {run.header.versions[engine]}" in words, f"README has another version of {engine}"
