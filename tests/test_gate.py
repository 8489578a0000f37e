"""The gate as a person uses it: what it says, what it writes, and its exit codes."""

import base64
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from unittest import mock

import pytest
from kept import cases_read_once
from pasted import reference_in_one_file
from shut_in import CONFINED, any_level, honest, needs, running, until, written

from conformance import gate as gate_room
from conformance.cli import cli
from conformance.cli.supervise import run_here
from conformance.confinement.level import Level
from conformance.record_file import read
from conformance.status import Status

#: What the honest RNN of the tests offers.
OFFERED = "asks=values,batch_size=1|2|4|5,num_layers=1,bidirectional=false,nonlinearity=tanh,bias=true,batch_first=false,dropout=0"
FEW = [f"--where={OFFERED},dtype=float64", "--case=values/configurations*"]


@pytest.fixture(autouse=True, scope="module")
def what_is_the_same_is_made_once():
    """Reading the case files takes longer than most of these gates."""
    with cases_read_once():
        yield


@pytest.fixture
def gate(capfd):
    """Run a gate in this process; gives its exit code and what it wrote to stdout."""

    def run(*words):
        with any_level():
            code = run_here(cli, ["gate", *map(str, words)])
        return code, capfd.readouterr().out

    needs(Level.B)
    return run


def results(folder):
    return read(folder / "results.jsonl")


@pytest.mark.parametrize("level", CONFINED)
def test_a_right_submission_passes_and_the_record_says_how_it_was_shut_in(level, gate, tmp_path):
    needs(level)
    file = written(tmp_path, honest())
    code, said = gate(file, *FEW, "--level", level, "--report", tmp_path / "report")
    assert (code, said.splitlines()[0]) == (0, f"PASSED: {file.stem}"), said
    run = results(tmp_path / "report")
    assert run.complete
    assert {record.status for record in run.records} == {Status.PASS}
    assert len(run.records) == run.header.implementations[0].expected == 4
    shut = run.header.gate
    assert (shut.level, shut.verdict, shut.submission) == (level, True, file.name)
    assert len(shut.sha256) == 64
    assert {layer.name for layer in shut.layers if layer.active} == {kind.name for kind in level.layers}
    for layer in shut.layers:
        assert bool(layer.evidence) == layer.active, f"{layer.name} was proven by {layer.evidence}"
    assert (tmp_path / "report" / "parity.html").stat().st_size > 10_000


def test_the_numbers_are_drawn_anew_unless_a_seed_is_given(gate, tmp_path):
    file = written(tmp_path, honest())
    seeds = []
    for words in ([], [], ["--seed", "7"]):
        assert gate(file, *FEW, *words, "--report", tmp_path)[0] == 0
        seeds.append(results(tmp_path).header.seed)
    assert seeds[2] == 7
    assert len(set(seeds)) == 3, f"the seeds are {seeds}, but should all differ"


def test_a_wrong_submission_is_told_what_is_wrong(gate, tmp_path):
    file = written(tmp_path, honest(tanh="(lambda a: np.maximum(a, 0))"))
    code, said = gate(file, *FEW)
    assert code == 1, said
    assert said.startswith(f"NOT PASSED: {file.stem}\n")
    assert "default-nonlinearity-relu" in said


def test_what_is_declined_is_not_passed(gate, tmp_path):
    file = written(tmp_path, honest())
    code, said = gate(file, "--case=*/configurations*", f"--where={OFFERED.removeprefix('asks=values,')}")
    assert code == 1, said
    assert "PASSED" not in said.replace("NOT PASSED", "")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nothing.py"], "nothing.py does not exist"),
        ([], "say what to judge"),
        (["mine.py", "--seed", "dice"], "--seed is 'dice', but should be a number or `random`"),
        (["mine.py", "--output", "x.json"], "choose one with --format"),
        (["mine.py", "--json", "--github"], "prints one document on stdout"),
        (["mine.py", "--where", "layers=1"], "layers"),
    ],
)
def test_a_mistake_of_whoever_asks_is_no_verdict(words, sentence, gate, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text(honest())
    with any_level():
        code = run_here(cli, ["gate", *words])
    said = capfd.readouterr()
    assert code == 2, said
    assert sentence in said.err
    assert said.out == ""


def plant(kind, folder):
    """A file that is none: a link, a folder, one that is too large, one of another kind."""
    file = folder / "mine.py"
    if kind == "a link":
        file.symlink_to(written(folder, honest(), "theirs.py"))
    elif kind == "a folder":
        file.mkdir()
    elif kind == "too large":
        file.write_text(honest() + "#" * (256 << 10))
    elif kind == "a pipe":
        os.mkfifo(file)
    else:
        file = written(folder, honest(), "mine.txt")
    return file


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("a link", "is a link, but should be the file itself"),
        ("a folder", "is no regular file"),
        ("a pipe", "is no regular file"),
        ("too large", "is larger than 262,144 bytes"),
        ("a text", "its name should end in .py"),
    ],
)
def test_a_file_that_is_not_fit_to_be_run_is_not_passed(kind, sentence, gate, tmp_path):
    code, said = gate(plant(kind, tmp_path), *FEW)
    assert code == 1, said
    assert sentence in " ".join(said.split())
    assert str(tmp_path) not in said, "an author is told of a folder of the judge's"


def test_where_nobody_can_judge_every_output_says_so_and_none_says_zero(gate, tmp_path, capfd, monkeypatch):
    file, outcome = written(tmp_path, honest()), tmp_path / "results.json"
    outcome.write_text("an older one")
    summary = tmp_path / "summary.md"
    words = [file, *FEW, "--level=B", f"--junit={tmp_path / 'junit.xml'}", f"--report={tmp_path / 'report'}"]
    monkeypatch.setenv("RNN_CONFORMANCE_REQUIRE", "A")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    code = run_here(cli, ["gate", *map(str, words), "--format=gradescope", f"--output={outcome}", "--github"])
    said = capfd.readouterr().out
    assert code == 3, said
    assert "NOT JUDGED" in said
    assert "::error title=Not judged::" in said
    assert "instructor's matter" in summary.read_text()
    assert not outcome.exists(), (
        "what the platform cannot find is no zero; an older result would be taken for this one's"
    )
    (suite,) = ET.parse(tmp_path / "junit.xml").getroot()
    assert [child.tag for child in suite.find("testcase")] == ["error"]
    assert not list((tmp_path / "report").iterdir())
    run_here(cli, ["gate", *map(str, [file, *FEW, "--level=B"]), "--format=classroom", f"--output={outcome}"])
    told = json.loads(base64.b64decode(outcome.read_text()))
    assert (told["status"], told["max_score"]) == ("error", 0)


def test_level_c_gives_no_verdict_however_right_a_submission_is(gate, tmp_path):
    file = written(tmp_path, honest())
    code, said = gate(file, *FEW, "--level=C", "--advisory", "--report", tmp_path, "--junit", tmp_path / "junit.xml")
    assert code == 3, said
    assert "NOT A VERDICT" in said
    assert not results(tmp_path).header.gate.verdict
    assert "PASSED" not in said.replace("NOT PASSED", "")
    assert gate(file, *FEW, "--level=C")[0] == 3


def test_a_fault_of_the_harness_is_no_verdict(gate, tmp_path, capfd):
    with mock.patch.object(gate_room, "execute", side_effect=ZeroDivisionError("ours")), any_level():
        code = run_here(cli, ["gate", str(written(tmp_path, honest())), *FEW])
    assert code == 3
    assert "nothing of this is a verdict" in capfd.readouterr().err


def test_all_cases_together_have_a_time_limit(gate, tmp_path):
    file = written(tmp_path, honest(first="import time; time.sleep(0.1)"))
    code, said = gate(file, f"--where={OFFERED}", "--time-limit=1", "--report", tmp_path)
    run = results(tmp_path)
    assert code == 1, said
    late = [record for record in run.records if record.status is Status.TIMEOUT]
    assert len(run.records) == run.header.implementations[0].expected
    assert len(late) > len(run.records) / 2
    assert late[-1].why == "it was not asked: the 1 s that all cases together may take were used up before it"


def test_every_limit_and_its_default_stands_in_the_help(capsys):
    assert run_here(cli, ["gate", "--help"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    for option, default in {
        "time-limit": "300", "case-time-limit": "10", "case-cpu-limit": "10", "memory-limit": "2048",
        "open-files": "64", "output-limit": "8", "size-limit": "256",
    }.items():  # fmt: skip
        assert f"--{option} " in said
        assert f"[default: {default}" in said.partition(f"--{option} ")[2].partition(" --")[0], option


def test_all_outputs_are_made_from_one_run(gate, tmp_path):
    file = written(tmp_path, honest(tanh="(lambda a: np.maximum(a, 0))"))
    forms = {}
    for form in ("gradescope", "classroom"):
        forms[form] = tmp_path / form
        words = [
            f"--format={form}",
            f"--output={forms[form]}",
            f"--junit={tmp_path / 'junit.xml'}",
            "--report",
            tmp_path,
        ]
        code, said = gate(file, *FEW, "--seed=3", "--points=20", "--json", *words)
        assert code == 1, said
    run, told = results(tmp_path), json.loads(said)
    wrong = sum(record.status is Status.FAIL for record in run.records)
    assert told["visible"]["counts"]["fail"] == wrong > 0
    tests = ET.parse(tmp_path / "junit.xml").getroot()
    assert int(tests.get("failures")) == wrong + 1  # and the verdict
    assert json.loads(forms["gradescope"].read_text())["score"] == 0
    assert json.loads(base64.b64decode(forms["classroom"].read_text()))["max_score"] == 20
    assert not list(tmp_path.glob(".*"))


def test_what_is_kept_from_network_to_network_is_found_out(gate, tmp_path):
    source = honest(
        first="global calls; calls += 1; self.state = {k: v * (1 + 1e-3 * (calls > 5)) for k, v in self.state.items()}"
    )
    code, said = gate(written(tmp_path, "calls = 0\n" + source), *FEW)
    assert code == 1, said
    assert "something is kept from one network to the next" in " ".join(said.split())


def test_what_is_hidden_is_not_told_in_a_case_that_is_seen(gate, tmp_path):
    """A child that answers both could say in the one what it has seen in the other."""
    folder = tmp_path / "cases" / "values"
    folder.mkdir(parents=True)
    (tmp_path / "cases" / "suite.yaml").write_text('version: "1.0"\n')
    for name, hidden, seq_len in (("a", "", 3), ("b", "visible: false\n", 13), ("c", "", 4)):
        (folder / f"{name}.yaml").write_text(
            f"about: Some.\n{hidden}defaults: {{input_size: 3, hidden_size: 4, seq_len: {seq_len}, batch_size: 2}}\n"
            "matrix: {h_0: [absent, given]}\ncases: 2\n"
        )
    told = honest(first="seen.append(len(input))\nif len(input) == 4: raise ValueError(f'it was asked {seen}')")
    code, said = gate(written(tmp_path, "seen = []\n" + told), "--cases", tmp_path / "cases")
    assert code == 1, said
    (heard,) = re.findall(r"it was asked \[(.*?)\]", said)
    assert "4" in heard.split(", ")
    assert "13" not in heard.split(", "), said


def test_a_child_that_has_worked_long_answers_nothing_else(gate, tmp_path):
    """Processor time is counted for a child, and due to a case."""
    first = "import time; end = time.process_time() + 0.3\nwhile time.process_time() < end: pass"
    code, said = gate(written(tmp_path, honest(first=first)), *FEW, "--case-cpu-limit=1")
    assert code == 0, said


def test_a_child_that_has_worked_long_must_end_well_too(gate, tmp_path):
    before = "import os, time\nleave = os._exit\nos._exit = lambda code: leave(7)\n"
    code, said = gate(written(tmp_path, honest(first="time.sleep(0.55)", before=before)), *FEW)
    assert (code, "exit code 7 after it answered" in said) == (1, True), said


def test_what_declines_float64_has_declined_it(gate, tmp_path):
    file = written(tmp_path, honest(first="if input.dtype == np.float64: raise NotImplementedError('float64')"))
    given = ["--case=values/configurations*", f"--where={OFFERED},h_0=given"]
    code, said = gate(file, *given)
    assert code == 1, said
    assert gate(file, *given, "--dtype=float32")[0] == 0


def test_an_author_prepares_no_file_that_is_written(gate, tmp_path):
    file, victim = written(tmp_path, honest()), tmp_path / "victim"
    victim.write_text("as it was")
    (tmp_path / "junit.xml").symlink_to(victim)
    assert gate(file, *FEW, "--junit", tmp_path / "junit.xml")[0] == 0
    assert victim.read_text() == "as it was"
    assert not (tmp_path / "junit.xml").is_symlink()


def test_nothing_beside_a_submission_is_read_and_nothing_of_it_stays(gate, tmp_path):
    file = written(tmp_path, honest())
    marks = []
    for name in ("random.py", "json.py", "torch.py", "conformance.py", "numpy.py"):
        mark = tmp_path / f"{name}.was_imported"
        (tmp_path / name).write_text(f"open({str(mark)!r}, 'w')\n")
        marks.append(mark)
    (tmp_path / f"{file.stem}.known.yaml").write_text("'*': everything is known\n")
    environment = {k: v for k, v in os.environ.items() if k != "RNN_CONFORMANCE_REQUIRE"}
    home = str(Path(gate_room.__file__).parents[1])
    start = f"import sys; sys.path.append({home!r}); from conformance.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-P", "-c", start, "gate", file.name, *FEW],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert not [mark.name for mark in marks if mark.exists()]
    assert until(lambda: not running(file.name))


def test_the_reference_pasted_into_one_file_passes(gate, tmp_path):
    file = written(tmp_path, reference_in_one_file())
    code, said = gate(file, "--case=*/configurations*", "--strict")
    assert code == 0, said
