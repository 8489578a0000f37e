"""The five systems through the gate: put right, each passes in all that it offers; as published, its faults are named.

`RNN_CONFORMANCE_GATE_CASES` chooses the cases by their ids (`*/configurations*` unless told; `*` for all).
"""

import json
import os
from pathlib import Path

import pytest
from kept import cases_read_once, torch_asked_once
from shut_in import any_level, needs

from conformance.cli import cli
from conformance.cli.supervise import run_here
from conformance.confinement.level import Level
from conformance.discovery import discover

IMPLS = Path(__file__).parents[2] / "impls"
CASES = os.environ.get("RNN_CONFORMANCE_GATE_CASES", "*/configurations*")

_BATCHED = "batch_first=false,batch_size=0|1|2|3|4|5|6|9|17|50|64|100"
#: What each system that was put right offers, and whether it is a torch module.
OFFERED = {
    "column_major": (f"{_BATCHED},num_layers=1,bidirectional=false,nonlinearity=tanh,dropout=0.0", False),
    "packed_weights": (f"{_BATCHED},asks=values", False),
    "stacked_cells": (f"{_BATCHED},nonlinearity=tanh,dropout=0.0", False),
    "row_sequence_classifier": ("", True),
    "torch_by_hand": ("", True),
}
PUBLISHED = [s for s in discover(IMPLS) if s.name.startswith("published/") and s.expectation.connected]


@pytest.fixture(autouse=True, scope="module")
def what_is_the_same_is_made_once():
    """Each gate asks for the same cases with the same numbers."""
    with cases_read_once(), torch_asked_once():
        yield


@pytest.fixture
def gate(capfd):
    """Exit code and document of a gate at the strongest level."""
    needs(Level.B)

    def run(path, where, *words):
        scope = ["--where", where] if where else []
        with any_level():
            code = run_here(cli, ["gate", str(path), *scope, "--case", CASES, "--json", "--seed", "0", *words])
        return code, json.loads(capfd.readouterr().out)

    return run


@pytest.mark.parametrize("name", OFFERED)
def test_a_system_that_was_put_right_passes_in_all_that_it_offers(name, gate):
    where, with_torch = OFFERED[name]
    code, told = gate(IMPLS / f"{name}.py", where, *(["--with-torch"] if with_torch else []))
    assert code == 0, told
    assert told["passed"], told
    assert told["visible"]["counts"]["pass"] > 10


@pytest.mark.parametrize("source", PUBLISHED, ids=lambda source: source.name)
def test_a_system_as_it_was_published_does_not_and_its_faults_are_named(source, gate):
    torch = "import torch" in Path(source.path).read_text()
    code, told = gate(source.path, "", *(["--with-torch"] if torch else []))
    assert code == 1, told
    assert {mistake["id"].partition(":")[0] for mistake in told["mistakes"]} >= set(source.expectation.faults), told


def test_a_torch_module_without_torch_is_told_so(gate):
    code, told = gate(IMPLS / "torch_by_hand.py", "")
    assert code == 1
    assert "No module named 'torch'" in told["verdict"], told
