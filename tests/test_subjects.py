"""The harness, tested with subjects: right ones must come through, wrong ones must be found wrong in just their way."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from kept import cases_read_once, torch_asked_once
from subjects import broken_table, wrong_table

import conformance
from conformance import evidence, execution
from conformance.implementation import NoImplementationError
from conformance.record_file import read

SUBJECTS = Path(__file__).parent / "subjects"


def names(folder):
    return sorted(path.stem for path in (SUBJECTS / folder).glob("*.py"))


def check(folder, name, case="*/configurations*", where=wrong_table.ONE):
    return conformance.check(SUBJECTS / folder / f"{name}.py", where=where, case=case)


@pytest.fixture(autouse=True, scope="module")
def what_is_the_same_is_made_once():
    """Reading the case files and asking torch take longer than most of these checks.

    Looking for the mistake takes longest of all, and none of what is asserted here hangs on it.
    """
    with cases_read_once(), torch_asked_once(), mock.patch.object(execution, "diagnose", return_value=None):
        yield


# Right ones.

RIGHT = {
    "class_plain": (),
    "checked": (),
    "torch_module": (),
    "function_lists": ("gradients",),
    "column_major": ("gradients",),
    "declines_float64": ("gradients", "bidirectional"),
    "two_sizes": ("gradients", "bidirectional", "num_layers > 1", "relu", "bias=False", "batch_first", "h_0"),
}


def test_every_subject_is_in_a_table():
    broken = {
        *broken_table.RIGHT_ALL_THE_SAME,
        *broken_table.NOTHING_THERE,
        *broken_table.NOT_CONNECTED,
        *broken_table.EVERY_CASE,
        *broken_table.END_THE_PROCESS,
        broken_table.INTERRUPTS,
    }
    assert set(names("right")) == set(RIGHT)
    assert set(names("wrong")) == {*wrong_table.WRONG, *wrong_table.UNSEEN}
    assert set(names("broken")) == broken


@pytest.mark.parametrize("name", RIGHT)
def test_right_subject_is_right_in_all_it_offers(name):
    result = check("right", name, where="num_layers=1|2")
    assert result, result.why
    assert result.conforms is (not RIGHT[name])
    assert result.counts["pass"] > 0
    assert result.expected == result.run == result.counts["pass"] + result.counts["unsupported"]
    for feature in RIGHT[name]:
        assert feature in result.why, result.why


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("case", ["*/independence*", "*/size_one*", "*/batch_zero*", "*/precision[*"])
def test_right_subject_is_right_at_the_edges(name, case):
    result = check("right", name, case, where="bidirectional=false")
    assert {*result.counts.items()} >= {("fail", 0), ("error", 0), ("suite-error", 0)}, result.why


def test_one_that_declines_float64_is_judged_in_float32_and_says_so():
    result = check("right", "declines_float64", "*", "num_layers=1,batch_size=5|unbatched,asks=values|validation")
    assert result, result.why
    assert {record.dtype for record in result.records} == {"float32"}
    assert "declines float64" in result.summary.connection.notes[0]


def test_one_with_all_of_torchs_checks_validates():
    assert check("right", "checked", "validation/*", None).validates


def test_one_without_checks_does_not_validate():
    result = check("right", "class_plain", "validation/*", None)
    assert not result.validates
    assert "accepted" in {record.layer for record in result.records}


# Wrong ones.

#: What they answer with is no array to calculate with.
ODD = [name for name, found in wrong_table.WRONG.items() if found.layer in ("type", "arity") and name != "matrix"]


@pytest.mark.parametrize("name", wrong_table.WRONG)
def test_wrong_subject_is_found_wrong_in_its_own_way(name):
    case, where, layer, words = wrong_table.WRONG[name]
    result = check("wrong", name, case, where)
    assert not result, f"{name} was found right: {result.why}"
    found = [record for record in result.records if (record.layer or record.status) == layer]
    assert any(words in record.why for record in found), f"{name}: no {layer} says {words!r}, but: {result.why}"
    assert result.counts["suite-error"] == 0, result.why


@pytest.mark.parametrize("name", [name for name in wrong_table.WRONG if name.startswith("grad_")])
def test_wrong_gradient_leaves_the_forward_right(name):
    result = check("wrong", name, "values/configurations*", wrong_table.BOTH_WAYS)
    assert result, result.why


@pytest.mark.parametrize("name", ODD)
def test_diagnosis_takes_no_harm_from_what_is_odd(name):
    with mock.patch.object(execution, "diagnose", evidence.diagnose):
        found = check("wrong", name, "values/configurations*", f"{wrong_table.ONE},batch_size=1").diagnosis
    assert found.failing > 0
    assert not any("itself failed" in remark for remark in found.remarks), found.remarks


@pytest.mark.parametrize("name", wrong_table.UNSEEN)
def test_what_the_suite_cannot_see_is_known(name):
    assert check("wrong", name), f"{name} is found by now: move it to WRONG"


# Broken ones.


@pytest.mark.parametrize("name", broken_table.RIGHT_ALL_THE_SAME)
def test_odd_but_right_subject_is_right(name):
    before = np.geterr()
    result = check("broken", name)
    assert result.conforms, result.why
    assert np.geterr() == before


@pytest.mark.parametrize("name", broken_table.NOTHING_THERE)
def test_file_without_a_network_says_what_it_has(name):
    with pytest.raises(NoImplementationError) as caught:
        check("broken", name)
    assert broken_table.NOTHING_THERE[name] in str(caught.value)


@pytest.mark.parametrize("name", broken_table.NOT_CONNECTED)
def test_one_that_cannot_be_connected_gets_one_sentence(name):
    result = check("broken", name)
    assert not result
    assert broken_table.NOT_CONNECTED[name] in result.why, result.why
    assert result.counts["error"] == result.expected


def test_syntax_error_gets_one_sentence(tmp_path):
    """Written here: a file that does not parse would stop every tool that reads this repository."""
    path = tmp_path / "unfinished.py"
    path.write_text("class RNN:\n    def __init__(self, input_size\n")
    result = conformance.check(path, where=wrong_table.ONE)
    assert not result
    assert "unfinished cannot be imported: SyntaxError" in result.why


@pytest.mark.parametrize("name", broken_table.EVERY_CASE)
def test_broken_subject_is_told_apart_from_a_wrong_one(name):
    status, words = broken_table.EVERY_CASE[name]
    result = check("broken", name)
    told = [record for record in result.records if record.status == status and words in record.why]
    assert len(told) >= result.expected / 2, result.why
    assert bool(result) is (name == "backward_declines")
    assert max(len(record.why) for record in result.records) < 2000


def test_interrupt_is_never_a_verdict():
    result = check("broken", broken_table.INTERRUPTS)
    assert not result
    assert result.run < result.expected


def test_those_that_end_the_process_are_noticed(tmp_path):
    """In one run as a user starts it: nothing but another process can see an end of this one."""
    (tmp_path / "impls").mkdir()
    shutil.copy(SUBJECTS / "_base.py", tmp_path)
    for name in broken_table.END_THE_PROCESS:
        shutil.copy(SUBJECTS / "broken" / f"{name}.py", tmp_path / "impls")
    narrow = ["--case", "values/configurations*", "--where", f"{wrong_table.ONE},batch_size=1"]
    command = [sys.executable, "-m", "conformance", "run", "--impls", "impls", *narrow]
    environment = os.environ | {"PYTHONPATH": str(SUBJECTS.parents[1])}
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, env=environment)
    assert ended.returncode == 1, ended.stdout
    records = read(tmp_path / "reports" / "results.jsonl").records
    said = " ".join(ended.stdout.split())
    for name, words in broken_table.END_THE_PROCESS.items():
        assert {r.status.value for r in records if r.implementation == name} == {"crash"}
        assert f"✗ {name}" in said
        assert words in said
