"""The command line: what it prints, where, and every exit code."""

import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from kept import cases_read_once

from conformance.cli import cli
from conformance.cli.supervise import run_here
from conformance.record_file import read

SUBJECTS = Path(__file__).parent / "subjects"
RIGHT = str(SUBJECTS / "right" / "class_plain.py")
WRONG = str(SUBJECTS / "wrong" / "h_0_ignored.py")
FEW = ["--where", "num_layers=1,bias=true,nonlinearity=tanh,batch_size=1,seq_len=7,calls=one,asks=values|gradients"]
ONE = ["--case", "values/configurations"]


@pytest.fixture(autouse=True, scope="module")
def what_is_the_same_is_made_once():
    """Reading the case files takes longer than most of these commands."""
    with cases_read_once():
        yield


@pytest.fixture
def run(capfd):
    """Run a command in this process: exit code, standard output, standard error."""

    def run(*arguments):
        code = run_here(cli, [str(a) for a in arguments])
        out, err = capfd.readouterr()
        return code, out, err

    return run


def in_process(*arguments, cwd=None, **environment):
    """Run a command as a user does."""
    command = [sys.executable, "-m", "conformance", *arguments]
    path = str(Path(__file__).parents[1])
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=cwd,
        timeout=120,
        env=os.environ | {"PYTHONPATH": path} | environment,
    )


def test_0_a_right_implementation(run):
    code, out, err = run("check", RIGHT, *ONE)
    assert (code, err) == (0, "")
    assert "✓ class_plain" in out
    assert "Right in all 1 case.\n" in out
    assert "Run 1 of 1 expected: pass 1." in out


def test_1_a_wrong_implementation(run):
    code, out, _ = run("check", WRONG, "--where", "h_0=given|absent,num_layers=1,asks=values,calls=one,seq_len=7")
    assert code == 1
    assert "✗ h_0_ignored" in out
    assert re.search(r"Wrong in \d+ of \d+ cases", out)
    assert "Simplest failure:" in out
    assert "written in cases/values/configurations.yaml:" in out
    assert re.search(r"h_0\s+absent: 0 of \d+   given: \d+ of \d+", out)
    assert "Traceback" not in out
    # A command to copy is not broken, however long the path in it.
    assert max(len(line) for line in out.splitlines() if not line.lstrip().startswith("rnn-conformance")) < 80


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["absent.py"], "absent.py does not exist"),
        (["no:such"], "there is no module no to import"),
        (["nonsense"], "is neither a file nor a module"),
        ([str(SUBJECTS / "broken" / "no_network.py")], "has no RNN"),
        ([str(SUBJECTS / "broken" / "two_candidates.py")], "classes that could be it"),
        ([RIGHT + ":Absent"], "has no Absent"),
        ([RIGHT, "--where", "num_layer=1"], "did you mean num_layers?"),
        ([RIGHT, "--where", "num_layers"], "should be name=value"),
        ([RIGHT, "--dtype", "float16"], "'float16' is not one of"),
        ([RIGHT, "--cases", "absent"], "absent is no folder"),
        ([], "say what to check: a file such as my_rnn.py, or --command"),
        ([RIGHT, "--nonsense"], "No such option"),
    ],
)
def test_2_usage(run, arguments, sentence):
    code, out, err = run("check", *arguments)
    assert (code, out) == (2, "")
    assert sentence in " ".join(err.split())
    assert "Traceback" not in err


def test_2_every_mistake_of_a_case_file_at_once(run, tmp_path):
    folder = tmp_path / "cases" / "values"
    folder.mkdir(parents=True)
    (tmp_path / "cases" / "suite.yaml").write_text('version: "1.0"\n')
    (folder / "broken.yaml").write_text(
        textwrap.dedent("""\
            about: Wrong in three places.
            defaults: {input_size: 3, hidden_size: no, seq_len: 5, batch_size: 2}
            matrix:
              nonlinearity: [tahn]
              num_layer: [1]
            cases: 1
            """)
    )
    code, _, err = run("check", RIGHT, "--cases", tmp_path / "cases")
    assert code == 2
    for piece in (
        "broken.yaml:2:",
        "broken.yaml:4:",
        "broken.yaml:5:",
        "did you mean tanh?",
        "did you mean num_layers?",
    ):
        assert piece in err


def test_1_a_process_that_ends_itself(run):
    for name, how in (("dies_in_forward", "with exit code 0"), ("killed_in_forward", "by SIGKILL")):
        code, out, _ = run("check", SUBJECTS / "broken" / f"{name}.py", *ONE)
        assert (code, "crash 1." in out) == (1, True), out
        assert f"its process ended {how}" in " ".join(out.split())


def test_3_records_of_a_check_that_was_killed_are_refused(run, tmp_path):
    child = started_check(tmp_path)
    child.kill()
    child.communicate(timeout=60)
    assert (tmp_path / "results.jsonl").exists()
    assert not (tmp_path / "parity.html").exists()
    code, out, err = run("report", tmp_path / "results.jsonl")
    assert (code, out) == (3, "")
    assert "no footer" in err


def test_3_without_torch(tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['torch'] = None\n")
    path = f"{tmp_path}{os.pathsep}{Path(__file__).parents[1]}"
    done = in_process("check", RIGHT, *ONE, PYTHONPATH=path)
    assert done.returncode == 3
    assert "torch is not installed" in done.stderr
    assert "Traceback" not in done.stderr


def test_5_nothing_selected(run):
    code, out, err = run("check", RIGHT, "--where", "num_layers=77")
    assert (code, out) == (5, "")
    assert "nothing selected: none of" in err
    assert run("check", RIGHT, "--case", "absent*")[0] == 5


def heeds_ctrl_c():
    """A test run in the background is started with Ctrl-C ignored, and would hand that on."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def started_check(folder, where="asks=values|gradients", **settings):
    """A check as a child process, some of whose records are written by now, and many are not."""
    child = subprocess.Popen(
        [sys.executable, "-m", "conformance", "check", RIGHT, "--report", str(folder), "--where", where],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heeds_ctrl_c,
        **settings,
    )
    records = folder / "results.jsonl"
    for _ in range(600):
        if records.exists() and records.read_text().count('"type":"result"') > 5:
            break
        time.sleep(0.05)
    return child


def test_ctrl_c_leaves_readable_records_marked_incomplete(tmp_path):
    # With cases of training there is one process more, in which torch learns, and which ends without a word.
    child = started_check(tmp_path, "asks=values|gradients|training", start_new_session=True)
    os.killpg(child.pid, signal.SIGINT)
    out, err = child.communicate(timeout=60)
    assert child.returncode == 3, out + err
    assert "INCOMPLETE" in out
    assert "Traceback" not in out + err
    assert not read(tmp_path / "results.jsonl").complete
    assert "INCOMPLETE" in (tmp_path / "parity.html").read_text().upper()


def test_json_is_one_document_and_nothing_else(tmp_path):
    done = in_process("check", str(SUBJECTS / "broken" / "prints_a_lot.py"), *FEW, "--json")
    document = json.loads(done.stdout)
    assert list(document) == [
        "implementation", "conforms", "conforms_where_supported", "validates", "expected", "run", "counts", "scope",
        "first", "diagnosis", "explained",
    ]  # fmt: skip
    assert document["implementation"] == "prints_a_lot"
    assert document["expected"] == document["run"] > 10
    assert document["conforms"] is True
    assert document["first"] is None
    assert document["diagnosis"] == []
    assert document["scope"]["where"].startswith("asks=gradients|values,")
    assert done.stderr == ""


def test_json_of_a_wrong_one_names_its_simplest_failure(run):
    code, out, _ = run("check", WRONG, "--json", "--where", "h_0=given,asks=values,num_layers=1,calls=one,seq_len=7")
    document = json.loads(out)
    assert code == 1
    assert document["conforms_where_supported"] is False
    assert document["first"]["status"] == "fail"
    assert document["first"]["case"].startswith("values/configurations[")
    assert "but should be" in document["first"]["why"]


def test_what_an_implementation_prints_is_shown_on_request_on_stderr(run):
    noisy = str(SUBJECTS / "broken" / "prints_a_lot.py")
    _, loud, shown = run("check", noisy, *ONE, "--show-output")
    _, quiet, nothing = run("check", noisy, *ONE)
    assert nothing == ""
    assert shown != ""
    assert quiet.splitlines()[:2] == loud.splitlines()[:2]


def test_no_color_and_force_color(run, monkeypatch):
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[" not in run("check", RIGHT, *ONE)[1]
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in run("check", RIGHT, *ONE)[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in run("check", RIGHT, *ONE)[1]


def test_dtype_and_seed_are_obeyed_and_recorded(run, tmp_path):
    assert run("check", RIGHT, *ONE, "--dtype", "both", "--seed", "5", "--report", tmp_path)[0] == 0
    found = read(tmp_path / "results.jsonl")
    assert [r.dtype for r in found.records] == ["float64", "float32"]
    assert (found.header.seed, found.header.scope["dtype"]) == (5, "both")
    assert found.header.suite_version
    assert found.header.threads >= 0


def test_check_writes_nothing_unless_asked(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = run("check", RIGHT, *ONE)
    assert code == 0, err
    assert list(tmp_path.iterdir()) == []


def test_strict_and_complete(run):
    lenient = ["--where", "asks=values|validation,num_layers=1,h_0=given,calls=one"]
    assert run("check", RIGHT, "--case", "values/configurations", "--complete")[0] == 0
    assert run("check", str(SUBJECTS / "right" / "two_sizes.py"), *FEW)[0] == 0
    assert run("check", str(SUBJECTS / "right" / "two_sizes.py"), *FEW, "--complete")[0] == 1
    assert run("check", RIGHT, *lenient, "--strict")[0] == 1


def test_run_judges_a_folder_and_writes_the_report(run, tmp_path):
    impls, reports = tmp_path / "impls", tmp_path / "reports"
    (impls / "more").mkdir(parents=True)
    (impls / "good.py").write_text(Path(RIGHT).read_text())
    (impls / "more" / "empty.py").write_text('"""Nothing here."""\n')
    (impls / "_helper.py").write_text("raise SystemExit\n")
    code, out, _ = run("run", "--impls", impls, "--reports", reports, *FEW)
    assert code == 1
    assert "✓ good" in out
    assert "✗ more/empty" in out
    assert "has no RNN" in " ".join(out.split())
    assert "_helper" not in out
    found = read(reports / "results.jsonl")
    assert [p.name for p in found.header.implementations] == ["good", "more/empty"]
    page = (reports / "parity.html").read_text()
    assert "Right in all" in page
    code, again, _ = run("report", reports / "results.jsonl", "--output", tmp_path / "again.html")
    assert code == 1
    assert "✓ good" in again
    assert (tmp_path / "again.html").read_text() == page


def test_run_without_implementations_is_usage(run, tmp_path):
    code, _, err = run("run", "--impls", tmp_path, "--reports", tmp_path / "reports")
    assert code == 2
    assert "is no folder with an implementation" in err


def test_expectations_beside_an_implementation(run, tmp_path):
    impls = tmp_path / "impls"
    impls.mkdir()
    (impls / "kept.py").write_text(
        "from conformance.reference import RNN as Right\n\n\nclass RNN(Right):\n"
        "    def forward(self, input, h_0=None):\n        return super().forward(input)\n"
    )
    pair = ["--where", "num_layers=1,bias=true,nonlinearity=tanh,batch_size=1,bidirectional=false,batch_first=false"]
    arguments = ["run", "--impls", impls, "--reports", tmp_path / "reports", *pair, "--case", "values/configurations*"]
    assert run(*arguments)[0] == 1
    (impls / "kept.expected.yaml").write_text("conforms_where_supported: false\n")
    code, out, _ = run(*arguments)
    assert code == 0
    assert "found so" in out
    (impls / "kept.expected.yaml").write_text("conforms_where_supported: true\n")
    code, out, _ = run(*arguments)
    assert code == 1
    shortfall = "conforms_where_supported is false, but should be true."
    assert f"Not as kept.expected.yaml says: {shortfall}" in " ".join(out.split())
    (impls / "kept.expected.yaml").write_text("conforms: true\n")
    code, _, err = run(*arguments)
    assert code == 2
    assert "kept.expected.yaml:1:1" in err
    (impls / "kept.expected.yaml").unlink()
    (impls / "kept.known.yaml").write_text("'*h_0=given*': not read, reported upstream\n")
    code, out, _ = run(*arguments)
    assert code == 0
    assert "known differences" in out
    (impls / "kept.known.yaml").write_text("'*h_0=given*': not read\nvalues/gone*: no such case\n")
    code, out, _ = run(*arguments)
    assert code == 1
    assert "Stale: the known difference values/gone*" in out


def test_cases_list_show_lint_and_schema(run):
    code, out, _ = run("cases", "list")
    assert code == 0
    assert re.search(r"288  cases/values/configurations.yaml", out)
    code, out, _ = run("cases", "list", "--ids", "--where", "asks=validation")
    assert all(line.startswith("validation/") for line in out.splitlines())
    code, out, _ = run("cases", "show", "values/configurations[num_layers=2,bidirectional]")
    assert code == 0
    assert "RNN(8, 11, num_layers=2, bidirectional=True)" in out
    assert re.search(r"written in  cases/values/configurations.yaml:\d+", out)
    assert re.search(r"weight_ih_l1_reverse\s+\(11, 22\)", out)
    code, _, err = run("cases", "show", "values/configurations[num_layer=2]")
    assert code == 2
    assert "did you mean" in err
    assert json.loads(run("cases", "schema", "values")[1])["type"] == "object"
    code, out, _ = run("cases", "lint", *FEW)
    assert (code, out.split()[-2:]) == (0, ["0", "findings"])


def test_version_and_help(run):
    code, out, _ = run("--help")
    assert code == 0
    for command in ("check", "run", "new", "report", "cases"):
        assert f"  {command}" in out
    for command in ("check", "run", "new", "report"):
        assert run(command, "--help")[0] == 0
    code, _, err = run("chekc")
    assert code == 2
    assert "No such command" in err


def test_a_signal_to_the_command_alone_reaches_the_run(tmp_path):
    child = started_check(tmp_path)
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=60)
    assert child.returncode == 3, out + err
    assert "INCOMPLETE" in out


def test_a_folder_is_not_a_file(run, tmp_path):
    code, _, err = run("check", tmp_path)
    assert code == 2
    assert "is a folder" in " ".join(err.split())


def test_one_that_only_raises_gets_no_credit_for_refusing(run, tmp_path):
    (tmp_path / "unfinished.py").write_text(
        "class RNN:\n    def __init__(self, input_size, hidden_size, **others): ...\n    def load_state_dict(self, state): ...\n"
        "    def forward(self, input, h_0=None):\n        raise NotImplementedError('fill in: the recurrence')\n"
    )
    code, out, _ = run(
        "check", tmp_path / "unfinished.py", "--where", "asks=values|validation,num_layers=1,calls=one,h_0=absent"
    )
    assert code == 1
    assert "most often: declined: fill in: the recurrence" in " ".join(out.split())
    assert "Validation: refuses" not in out


def test_3_a_file_that_ends_the_process_of_new(tmp_path):
    (tmp_path / "theirs.py").write_text("import os\nos._exit(0)\n")
    done = in_process("new", str(tmp_path / "mine.py"), "--from", str(tmp_path / "theirs.py"))
    assert done.returncode == 3
    assert "ended the process with exit code 0" in done.stderr
    assert in_process("new", str(tmp_path / "mine.py")).returncode == 0
