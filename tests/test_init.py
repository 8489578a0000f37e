"""`rnn-conformance init`: what it writes, run with a stand-in for the gate, and the workflows' own rules."""

import base64
import csv
import functools
import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import click
import pytest
import yaml
from click.testing import CliRunner

from conformance import course
from conformance.cli import options
from conformance.cli.init import init
from conformance.course import Assignment, Harness
from conformance.course.assignment import TORCH
from conformance.course.template import render
from conformance.scaffold.template import render as scaffold
from conformance.sweep.suite import load

ROOT = Path(__file__).parents[1]
TEMPLATES = ROOT / "conformance" / "templates" / "course"
ONE_LAYER = "num_layers=1,bidirectional=false,nonlinearity=tanh"
PLATFORMS = ("gradescope", "classroom", "actions")
COMMIT = "git+https://example.org/rnn-conformance@" + "0123456789abcdef0123456789abcdef01234567"
needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="the written scripts are bash's")
needs_gate = pytest.mark.skipif(
    importlib.util.find_spec("conformance.cli.gate") is None,
    reason="there is no `gate` yet; a stand-in is used instead",
)


_suite = functools.cache(load)


@pytest.fixture(autouse=True)
def read_once(monkeypatch):
    """The case files are read once, and not by every command that counts them."""
    monkeypatch.setattr(options, "load", _suite)


def run(*arguments):
    """The command's exit code and output, in one line."""
    result = CliRunner().invoke(init, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), f"it raised {result.exception!r}"
    return result.exit_code, " ".join(result.output.split())


@pytest.fixture
def written(tmp_path):
    """Writes a platform's files, as the command does once it has counted the cases, and returns their folder."""

    def write(platform, *, source=COMMIT, force=False, **assignment):
        folder = tmp_path / platform
        asked = Assignment(harness=Harness.of(source), **assignment)
        course.write(course.kit(platform), asked, folder, force=force)
        return folder

    return write


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def bash(*words, cwd, **environment):
    """Runs a script as a platform would; its end, with what it wrote."""
    return subprocess.run(
        ["bash", *map(str, words)], cwd=cwd, env={"PATH": os.environ["PATH"], **environment},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip


# What is written


@pytest.mark.parametrize("platform", PLATFORMS)
def test_it_says_what_it_wrote_what_to_decide_and_what_is_next(platform, tmp_path):
    code, said = run(platform, tmp_path / "course")
    assert code == 0, said
    for name in files(tmp_path / "course"):
        assert f" {name} " in said, f"{name} was written, but is not named"
    assert "HARNESS is not set" in said
    assert "cases have to pass" in said
    assert "Next: 1. " in said


def test_without_a_folder_it_is_the_platforms_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, said = run("gradescope")
    assert code == 0, said
    assert (tmp_path / "gradescope" / "autograder" / "run_autograder").is_file()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_scripts_can_be_run_and_nothing_else_can(platform, written):
    folder = written(platform)
    for name in files(folder):
        runs = os.access(folder / name, os.X_OK)
        script = (folder / name).read_text().startswith("#!")
        assert runs == script, f"{name} {'can' if runs else 'cannot'} be run"


def test_nothing_is_overwritten_unless_it_is_asked_for(written):
    folder = written("classroom", source=None)
    changed = folder / "grading" / "grade.sh"
    changed.write_text("mine")
    (folder / "README.md").unlink()
    code, said = run("classroom", folder)
    assert code == 2
    assert "more of its files exist; choose another folder, or overwrite with --force" in said
    assert not (folder / "README.md").exists(), "it refused, and wrote all the same"
    assert changed.read_text() == "mine"
    code, said = run("classroom", folder, "--force")
    assert code == 0, said
    assert changed.read_text() != "mine"


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    code, said = run("actions", tmp_path / "file" / "below")
    assert code == 2
    assert "cannot be written: Not a directory" in said


@pytest.mark.parametrize(
    "spec",
    [
        "rnn-conformance",
        "rnn-conformance>=0.1",
        "git+https://example.org/rnn-conformance",
        "git+https://example.org/rnn-conformance@main",
        "git+https://example.org/rnn-conformance@0123456",
        "https://example.org/rnn_conformance-0.1.0-py3-none-any.whl",
        COMMIT + "; rm -rf /",
    ],
)
def test_a_harness_that_may_change_is_refused(spec, tmp_path):
    code, said = run("gradescope", tmp_path / "course", "--from", spec)
    assert code == 2
    assert "may be another program tomorrow, but should be pinned: a wheel" in said
    assert not (tmp_path / "course").exists()


@pytest.mark.parametrize(
    "spec",
    [
        COMMIT,
        "git+ssh://git@example.org/rnn-conformance@" + "f" * 40,
        "rnn-conformance==0.1.0",
        "https://example.org/rnn_conformance-0.1.0-py3-none-any.whl#sha256=" + "0" * 64,
    ],
)
def test_a_pinned_harness_is_written(spec, written):
    assert f"\nHARNESS={spec}\n" in (
        written("gradescope", source=spec) / "autograder/assignment.sh"
    ).read_text().replace("'", "")


def test_a_wheel_is_laid_beside(written, tmp_path):
    wheel = tmp_path / "rnn_conformance-0.1.0-py3-none-any.whl"
    wheel.write_bytes(b"wheel")
    folder = written("classroom", source=str(wheel))
    for place in ("grading", "student/.github/rnn-conformance"):
        assert (folder / place / wheel.name).read_bytes() == b"wheel"
        assert f"\nHARNESS={wheel.name}\n" in (folder / place / "assignment.sh").read_text()


def test_what_is_no_wheel_of_ours_is_refused(tmp_path):
    code, said = run("gradescope", tmp_path / "course", "--from", tmp_path / "rnn_conformance-0.1.0-py3-none-any.whl")
    assert (code, "does not exist" in said) == (2, True), said
    (tmp_path / "torch-2.13.0-py3-none-any.whl").write_bytes(b"")
    code, said = run("gradescope", tmp_path / "course", "--from", tmp_path / "torch-2.13.0-py3-none-any.whl")
    assert (code, "is no wheel of rnn-conformance" in said) == (2, True), said


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["--file", "my rnn.py"], 2, "should be a Python module's, such as my_rnn.py"),
        (["--file", "../my_rnn.py"], 2, "should be a Python module's"),
        (["--points", "0"], 2, "points is 0, but should be at least 1"),
        (["--where", "num_layer=1"], 2, "which is no setting"),
        (["--where", "num_layers=77"], 5, "nothing selected"),
        (["--where", "asks=validation"], 5, "nothing selected: only calls that torch refuses"),
    ],
)
def test_what_makes_no_assignment_is_refused(words, code, sentence, tmp_path):
    got, said = run("gradescope", tmp_path / "course", *words)
    assert (got, sentence in said) == (code, True), said
    assert not (tmp_path / "course").exists()


def test_the_scope_is_counted(tmp_path):
    _, said = run("actions", tmp_path / "course", "--where", "num_layers=1,bidirectional=false", "--case", "values/*")
    assert re.search(r"WHERE and CASE: \d+ of the [\d,]+ cases that count are in the scope", said), said


def test_torch_is_the_one_that_the_tests_run_with():
    assert f"torch=={TORCH}\n" in (ROOT / "constraints.txt").read_text()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_nothing_is_left_to_fill_in_but_what_is_said(platform, written):
    for name, content in files(written(platform, file="elman.py")).items():
        text = content.decode()
        assert "{@" not in text, f"{name} has a gap that nobody fills"
        assert "my_rnn.py" not in text, f"{name} names a file that is not handed in"
        assert "CHANGE-ME" not in text or Path(name).name in {"CODEOWNERS", "install.sh", "README.md"}, name


def test_the_students_template_is_no_solution(written):
    spec = importlib.util.spec_from_file_location("handed_out", written("gradescope") / "student" / "my_rnn.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    network = module.RNN(3, 4, nonlinearity="relu", bias=False, num_layers=2)
    network.load_state_dict({})
    for call in (lambda: network.forward(None, None), lambda: network.backward(None, None)):
        with pytest.raises(NotImplementedError):
            call()


# The scripts


@needs_bash
@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_scripts_parse(platform, written):
    folder = written(platform)
    for name, content in files(folder).items():
        if content.startswith(b"#!") or name.endswith(".sh"):
            done = bash("-n", folder / name, cwd=folder)
            assert done.returncode == 0, f"{name}: {done.stderr}"


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
@pytest.mark.parametrize("platform", PLATFORMS)
def test_shellcheck_finds_nothing(platform, written):
    folder = written(platform)
    scripts = [folder / name for name, content in files(folder).items() if content.startswith(b"#!")]
    done = subprocess.run(["shellcheck", "-x", *scripts], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout


@needs_bash
def test_what_was_asked_for_reaches_the_gate_word_for_word(written, tmp_path):
    nasty = "*'; touch pwned; echo $(touch pwned) \"`touch pwned`"
    folder = written("gradescope", where="num_layers=1") / "autograder"
    settings = (folder / "assignment.sh").read_text()
    (folder / "assignment.sh").write_text(re.sub(r"(?m)^CASE=.*$", lambda _: f"CASE={shlex.quote(nasty)}", settings))
    (folder / "cases").mkdir()
    done = bash("-c", '. "$0/assignment.sh"; printf "%s\\n" "${GATE_WORDS[@]}"', folder, cwd=tmp_path)
    assert done.stdout.splitlines() == [
        "--time-limit", "300", "--where", "num_layers=1", "--case", nasty, "--cases", str(folder / "cases"),
    ], done.stderr  # fmt: skip


def test_a_glob_with_quotes_is_written_as_one_word(tmp_path):
    text = render("shared/assignment.sh", Assignment(case="x'; touch pwned #"))
    assert """\nCASE='x'"'"'; touch pwned #'\n""" in text


PYTHON = """\
#!/usr/bin/env bash
# Stands in for Python: notes what is installed, and makes an environment with itself and a command in it.
case $1 in
    -c) exit "${OLD:-0}" ;;
    -m) case $2 in
        venv) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && cp "${0%/*}/command" "$3/bin/rnn-conformance" ;;
        pip) shift 3; echo "$*" >> "$LOG" ;;
        esac ;;
esac
"""


@pytest.fixture
def install(tmp_path, written):
    """Runs install.sh with a stand-in for Python; its end, and what it installed."""

    def go(source=COMMIT, *, command="exit 0", old="0", change=None):
        folder = written("gradescope", source=source, force=True) / "autograder"
        if change:
            change(folder)
        place(tmp_path / "path" / "command", f"#!/usr/bin/env bash\n{command}\n")
        for name in ("python3", "python3.11", "python3.12", "python3.13", "python3.14"):
            place(tmp_path / "path" / name, PYTHON)
        log = tmp_path / "log"
        log.write_text("")
        done = bash(
            folder / "install.sh", tmp_path / "rnn", cwd=tmp_path,
            PATH=f"{tmp_path / 'path'}:{os.environ['PATH']}", LOG=str(log), OLD=old,
        )  # fmt: skip
        return done, log.read_text().splitlines()

    return go


def place(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


@needs_bash
def test_install_takes_torch_without_cuda_and_then_the_harness(install, tmp_path):
    done, installed = install()
    assert done.returncode == 0, done.stderr
    assert installed == [
        f"--no-cache-dir --index-url https://download.pytorch.org/whl/cpu torch=={TORCH}",
        f"--no-cache-dir rnn-conformance[torch,gate] @ {COMMIT}",
    ]


@needs_bash
def test_install_takes_a_version_or_the_wheel_beside_it(install, tmp_path):
    done, installed = install("rnn-conformance==0.1.0")
    assert (done.returncode, installed[1]) == (0, "--no-cache-dir rnn-conformance[torch,gate]==0.1.0"), done.stderr
    wheel = tmp_path / "rnn_conformance-0.1.0-py3-none-any.whl"
    wheel.write_bytes(b"")
    done, installed = install(str(wheel))
    beside = tmp_path / "gradescope" / "autograder" / wheel.name
    assert (done.returncode, installed[1]) == (0, f"--no-cache-dir {beside}[torch,gate]"), done.stderr


@needs_bash
@pytest.mark.parametrize(
    ("source", "options", "sentence"),
    [
        (None, {}, "HARNESS in assignment.sh is not set, but should say what to install: a wheel or a commit"),
        (COMMIT, {"old": "1"}, "there is no Python of 3.11 or newer"),
        (COMMIT, {"command": '[ "$1" != gate ]'}, "what was installed has no gate"),
    ],
)
def test_install_says_what_is_missing(source, options, sentence, install):
    done, _ = install(source, **options)
    assert (done.returncode, sentence in done.stderr) == (1, True), done.stderr


@needs_bash
def test_install_misses_a_wheel_that_nobody_put_there(install):
    def forget(folder):
        settings = folder / "assignment.sh"
        settings.write_text(
            settings.read_text().replace("HARNESS=CHANGE-ME", "HARNESS=rnn_conformance-9-py3-none-any.whl")
        )

    done, _ = install(None, change=forget)
    assert (done.returncode, "does not lie beside assignment.sh" in done.stderr) == (1, True), done.stderr


# The stand-in for `rnn-conformance gate`: it notes how it was called, writes what it is told to, and ends as told.
STAND_IN = (
    f"#!{sys.executable} -IS\n"
    """\
import json, os, pathlib, sys
here = pathlib.Path(__file__).parent
plan = json.loads((here / "plan.json").read_text())
if "--doctor" in sys.argv:
    print("the doctor's table")
    sys.exit(plan.get("doctor", 0))
with (here / "called.jsonl").open("a") as log:
    print(json.dumps({"words": sys.argv[1:], "require": os.environ.get("RNN_CONFORMANCE_REQUIRE")}), file=log)
step = plan["steps"].pop(0)
(here / "plan.json").write_text(json.dumps(plan))
for name, text in step.get("writes", {}).items():
    if name in sys.argv:
        pathlib.Path(sys.argv[sys.argv.index(name) + 1]).write_text(text)
print("words for the instructor")
sys.exit(step["code"])
"""
)
RESULTS = json.dumps({"tests": [{"score": 30.5, "max_score": 60, "status": "failed"}, {"score": 40, "max_score": 40}]})


CLASSROOM = base64.b64encode(RESULTS.encode()).decode()  # as the reporter is handed it


def stand_in(folder, *steps, **plan):
    place(folder / "bin" / "rnn-conformance", STAND_IN)
    place(folder / "bin" / "python", f'#!/usr/bin/env bash\nexec "{sys.executable}" "$@"\n')
    (folder / "bin" / "plan.json").write_text(json.dumps({"steps": steps} | plan))


def calls(folder):
    log = folder / "bin" / "called.jsonl"
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


@pytest.fixture
def autograder(tmp_path, written):
    """/autograder as Gradescope lays it out."""
    root = tmp_path / "the autograder"
    shutil.copytree(written("gradescope", where="num_layers=1") / "autograder", root / "source")
    shutil.copy(root / "source" / "run_autograder", root)
    for name in ("submission", "results"):
        (root / name).mkdir()
    (root / "submission" / "my_rnn.py").write_text("class RNN: ...\n")
    (root / "results" / "results.json").write_text('{"score": 100}')  # of nobody, and must not stay
    return root


@needs_bash
@pytest.mark.parametrize("page", ["README.md", "what the command says"])
def test_the_zip_has_the_files_themselves(page, tmp_path, written):
    folder = written("gradescope")
    said = (folder / page).read_text().splitlines() if page == "README.md" else told(folder)
    command = next(line for line in said if "-m zipfile" in line).replace("`", "")
    done = bash("-c", command[command.index("cd ") :], cwd=folder)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(folder / "autograder.zip") as archive:
        modes = {each.filename: each.external_attr >> 16 & 0o777 for each in archive.infolist()}
    assert modes == {"assignment.sh": 0o644, "install.sh": 0o755, "run_autograder": 0o755, "setup.sh": 0o755}


def told(folder):
    return course.account(course.kit("gradescope"), Assignment(), folder, "all")


def graded(root):
    """run_autograder's end, and the results that Gradescope finds, or None."""
    done = bash(root / "run_autograder", cwd=root)
    results = root / "results" / "results.json"
    return done, json.loads(results.read_text()) if results.exists() else None


@needs_bash
@pytest.mark.parametrize("code", [0, 1])
def test_on_gradescope_a_verdict_is_what_the_gate_wrote(code, autograder):
    stand_in(autograder / "rnn", {"code": code, "writes": {"--output": RESULTS}})
    done, results = graded(autograder)
    assert (done.returncode, results) == (0, json.loads(RESULTS)), done.stdout + done.stderr
    assert "the doctor's table" in done.stdout
    assert calls(autograder / "rnn") == [
        {
            "words": [
                "gate", str(autograder / "submission" / "my_rnn.py"), "--time-limit", "300", "--where", "num_layers=1",
                "--format", "gradescope", "--points", "100", "--output", str(autograder / "results" / "results.json"),
            ],
            "require": "B",
        }
    ]  # fmt: skip


@needs_bash
@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        ({"code": 3}, "the gate could not judge safely; its words stand above (exit code 3)"),
        ({"code": 3, "writes": {"--output": '{"score": 0}'}}, "the gate could not judge safely"),
        ({"code": 2}, "the gate ended with exit code 2"),
        ({"code": 5}, "the gate ended with exit code 5"),
        ({"code": 137}, "was ended"),
        ({"code": 1}, "the gate ended with exit code 1 and wrote no results"),  # as a traceback does
        ({"code": 0}, "the gate ended with exit code 0 and wrote no results"),
        ({"code": 0, "writes": {"--output": ""}}, "wrote no results"),
    ],
)
def test_on_gradescope_what_was_not_judged_gets_no_points_at_all(step, sentence, autograder):
    stand_in(autograder / "rnn", step, doctor=3)
    done, results = graded(autograder)
    assert results is None, "Gradescope would take these points"
    assert (done.returncode, f"NOT JUDGED, and so no points: {sentence}" in done.stdout or sentence in done.stdout) == (
        1,
        True,
    )


@needs_bash
def test_on_gradescope_a_failed_setup_is_not_the_students_fault(autograder):
    done, results = graded(autograder)
    assert (done.returncode, results) == (1, None)
    assert "the harness is not installed: setup.sh failed" in done.stdout
    shutil.rmtree(autograder / "source")
    done, results = graded(autograder)
    assert (done.returncode, results) == (1, None)
    assert "zip the files, and not their folder" in done.stdout


@needs_bash
@pytest.mark.parametrize("what", ["nothing", "a folder", "a link"])
def test_on_gradescope_nothing_handed_in_is_zero_points_and_a_sentence(what, autograder):
    stand_in(autograder / "rnn")
    file = autograder / "submission" / "my_rnn.py"
    file.unlink()
    if what == "a folder":
        file.mkdir()
    if what == "a link":
        file.symlink_to(autograder / "source" / "assignment.sh")
    done, results = graded(autograder)
    assert done.returncode == 0, done.stdout + done.stderr
    (only,) = results["tests"]
    assert (only["score"], only["max_score"], only["status"]) == (0, 100, "failed")
    assert "There is no file named my_rnn.py" in only["output"]
    assert calls(autograder / "rnn") == []


def real_gate(folder):
    """`rnn-conformance` as it is in this tree, but for the doctor, who takes his time."""
    python = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from conformance.cli import main; sys.exit(main())"
    place(
        folder / "bin" / "rnn-conformance",
        f'#!/usr/bin/env bash\n[ "$2" != --doctor ] || exit 0\nexec "{sys.executable}" -c "{python}" "$@"\n',
    )


@needs_bash
@needs_gate
@pytest.mark.parametrize("right", [True, False])
def test_on_gradescope_with_the_gate_itself(right, autograder):
    real_gate(autograder / "rnn")
    settings = autograder / "source" / "assignment.sh"
    asked = settings.read_text().replace("WHERE=num_layers=1\n", f"WHERE={ONE_LAYER}\n")
    settings.write_text(asked.replace("\nCASE=''\n", "\nCASE='values/dropout*'\n"))
    text = scaffold("skeleton.py.jinja") if right else render("shared/my_rnn.py", Assignment())
    (autograder / "submission" / "my_rnn.py").write_text(text)
    done, results = graded(autograder)
    if "NOT JUDGED" in done.stdout:
        assert (done.returncode, results) == (1, None)
        assert not os.environ.get("RNN_CONFORMANCE_REQUIRE"), done.stdout + done.stderr
        pytest.skip("this machine does not offer level B, and the script says so")
    assert done.returncode == 0, done.stdout + done.stderr
    assert results["score"] == (100 if right else 0), results["output"]
    assert sum(test["max_score"] for test in results["tests"]) == pytest.approx(100)


@pytest.fixture
def workspace(tmp_path, written):
    """A base branch's checkout and a submission's, side by side, as the workflow for pull requests has them."""
    root = tmp_path / "workspace"
    shutil.copytree(written("actions"), root / "course")
    (root / "submitted" / "submissions" / "alice").mkdir(parents=True)
    (root / "submitted" / "submissions" / "alice" / "my_rnn.py").write_text("class RNN: ...\n")
    return root


def gated(root, *words):
    return bash(root / "course/.github/rnn-conformance/gate.sh", *words, cwd=root / "submitted",
                RUNNER_TEMP=str(root / "temp"), RNN_CONFORMANCE_REQUIRE="A")  # fmt: skip


@needs_bash
@pytest.mark.parametrize("code", [0, 1, 2, 3, 5])
def test_in_a_pull_request_the_gates_exit_code_is_the_steps(code, workspace):
    stand_in(workspace / "temp" / "rnn", {"code": code}, doctor=3)
    done = gated(workspace, "submissions/alice")
    assert done.returncode == code, done.stderr
    assert ("::error title=Not judged::" in done.stdout) == (code in {2, 5}), "the gate itself says so of 3"
    (call,) = calls(workspace / "temp" / "rnn")
    assert call == {
        "words": [
            "gate", "submissions/alice/my_rnn.py", "--time-limit", "300", "--github",
            "--junit", str(workspace / "temp" / "junit.xml"),
        ],
        "require": "A",
    }  # fmt: skip


@needs_bash
@pytest.mark.parametrize("what", ["nobody's", "a link", "a linked folder", "another's"])
def test_in_a_pull_request_only_the_authors_own_file_is_judged(what, workspace):
    stand_in(workspace / "temp" / "rnn", {"code": 0})
    submissions = workspace / "submitted" / "submissions"
    author = "bob"
    if what == "a link":
        (submissions / "bob").mkdir()
        (submissions / "bob" / "my_rnn.py").symlink_to(submissions / "alice" / "my_rnn.py")
    if what == "a linked folder":
        (submissions / "bob").symlink_to("alice")
    if what == "another's":
        author = "bob/../alice"
    done = gated(workspace, f"submissions/{author}")
    assert (done.returncode, "::error title=Nothing to judge::" in done.stdout) == (1, True), done.stdout
    assert calls(workspace / "temp" / "rnn") == []


@needs_bash
def test_in_a_classroom_repository_the_reporter_gets_points_of_a_verdict_alone(written):
    folder = written("classroom") / "student"
    workflow = yaml.safe_load((folder / ".github/workflows/classroom.yml").read_text())
    judge = next(step for step in workflow["jobs"]["gate"]["steps"] if step.get("id") == "gate")
    report = workflow["jobs"]["gate"]["steps"][-1]
    assert report["with"]["runners"] == "gate"
    assert set(report["env"]) == {"GATE_RESULTS"}, "the reporter reads the step's name in capitals, and _RESULTS"
    for code, expected in ((0, True), (1, True), (3, False)):
        temp = folder.parent / f"temp{code}"
        stand_in(temp / "rnn", {"code": code, "writes": {"--output": CLASSROOM}})
        output = temp / "output"
        output.write_text("")
        done = bash("-e", "-c", judge["run"], cwd=folder, RUNNER_TEMP=str(temp), GITHUB_OUTPUT=str(output))
        assert done.returncode == code, done.stderr
        assert output.read_text().startswith("result=") == expected
        if expected:
            assert output.read_text() == f"result={CLASSROOM}\n"


GH = (
    f"#!{sys.executable} -IS\n"
    """\
import json, os, pathlib, sys
answers = json.loads((pathlib.Path(__file__).parent / "answers.json").read_text())
answer = answers.get(sys.argv[-1])
if answer is None:
    sys.exit("gh: Not Found (HTTP 404)")
if answer == "busy":
    sys.exit("gh: Server Error (HTTP 502)")
sys.stdout.write(answer)
"""
)


@pytest.fixture
def grading(tmp_path, written):
    """The instructor's private repository, with GitHub's command stood in for."""
    folder = written("classroom") / "grading"
    (folder / "repositories.txt").write_text("# a comment\n\norg/a-alice\norg/a-bob\norg/a-carol")
    place(tmp_path / "path" / "gh", GH)
    answer = {"repos/org/a-alice": "{}", "repos/org/a-bob": "{}", "repos/org/a-carol": "{}"}
    answer |= {f"repos/org/a-{name}/contents/my_rnn.py": f"# {name}" for name in ("alice", "carol")}
    (tmp_path / "path" / "answers.json").write_text(json.dumps(answer))
    return folder


def fetched(folder):
    return bash("fetch.sh", cwd=folder, PATH=f"{folder.parents[1] / 'path'}:{os.environ['PATH']}")


def answers(folder, **changed):
    file = folder.parents[1] / "path" / "answers.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changed))


@needs_bash
def test_grading_fetches_one_file_of_each_repository(grading):
    done = fetched(grading)
    assert done.returncode == 0, done.stderr
    found = {path.relative_to(grading).as_posix(): path.read_text() for path in grading.rglob("my_rnn.py")}
    assert found == {"submissions/org__a-alice/my_rnn.py": "# alice", "submissions/org__a-carol/my_rnn.py": "# carol"}
    assert "org/a-bob: has no my_rnn.py" in done.stdout


@needs_bash
@pytest.mark.parametrize(
    ("lines", "changed", "sentence"),
    [
        ("org/a-dora", {}, "org/a-dora cannot be read; does the token reach it?"),
        ("org/a-alice", {"repos/org/a-alice/contents/my_rnn.py": "busy"}, "could not be fetched: gh: Server Error"),
        ("org", {}, "should be OWNER/REPOSITORY"),
        ("../x/y", {}, "should be OWNER/REPOSITORY"),
        ("org/a b", {}, "should be OWNER/REPOSITORY"),
    ],
)
def test_grading_takes_no_error_for_an_empty_hand(lines, changed, sentence, grading):
    (grading / "repositories.txt").write_text(lines)
    answers(grading, **changed)
    done = fetched(grading)
    assert (done.returncode, sentence in done.stderr) == (1, True), done.stderr


@needs_bash
def test_grades_are_points_where_there_was_a_verdict(grading):
    assert fetched(grading).returncode == 0
    steps = [
        {"code": 1, "writes": {"--output": CLASSROOM}},
        {"code": 3, "writes": {"--output": base64.b64encode(b'{"tests": []}').decode()}},
    ]
    stand_in(grading / "rnn", *steps)
    done = bash("grade.sh", cwd=grading, RNN_CONFORMANCE_REQUIRE="A")
    assert done.returncode == 3, "one was not judged" + done.stderr
    with (grading / "grades.csv").open() as file:
        assert [list(row.values()) for row in csv.DictReader(file)] == [
            ["org__a-alice", "wrong", "70.5"],
            ["org__a-bob", "nothing handed in", "0"],
            ["org__a-carol", "not judged (exit code 3)", ""],
        ]
    first, _ = calls(grading / "rnn")
    assert first["words"][:2] == ["gate", "submissions/org__a-alice/my_rnn.py"]
    assert first["words"][first["words"].index("--report") + 1] == "reports/org__a-alice"
    assert "words for the instructor" in (grading / "reports" / "org__a-carol" / "output.txt").read_text()


@needs_bash
def test_grades_need_what_judges(grading):
    done = bash("grade.sh", cwd=grading)
    assert (done.returncode, "nothing is installed" in done.stderr) == (2, True)


@needs_bash
def test_grades_without_results_are_no_verdicts(grading):
    assert fetched(grading).returncode == 0
    stand_in(grading / "rnn", {"code": 0}, {"code": 0, "writes": {"--output": "not JSON"}})
    done = bash("grade.sh", cwd=grading)
    assert done.returncode == 3
    assert (grading / "grades.csv").read_text().count("not judged (no results),\n") == 2


# The workflows

PINNED = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._/-]+@[0-9a-f]{40}")
OURS = re.compile(r"(\S*(?:install|gate|grade|fetch)\.sh)")
BASE = ("course/", '"$GITHUB_WORKSPACE/course/')


def mistakes(text):
    """What is wrong with a workflow that judges strangers' work, as sentences."""
    workflow = yaml.safe_load(text)
    events = workflow[True]  # `on`, as YAML 1.1 reads it
    found = []
    if {"pull_request_target", "workflow_run", "issue_comment"} & set(events):
        found.append("it runs with the base repository's rights on what strangers sent")
    if workflow.get("permissions") != {"contents": "read"}:
        found.append(f"its permissions are {workflow.get('permissions')}, but should be contents: read alone")
    for name, job in workflow["jobs"].items():
        if "permissions" in job:
            found.append(f"{name} asks for permissions of its own")
        if "timeout-minutes" not in job:
            found.append(f"{name} has no time limit")
        for step in job["steps"]:
            found += [f"{step.get('name', step)}: {what}" for what in wrong_in(step, set(events))]
    return found


def wrong_in(step, events):
    action, script = step.get("uses", ""), step.get("run", "")
    if action and not PINNED.fullmatch(action):
        yield f"{action} is not pinned to a commit"
    if action.startswith("actions/checkout@") and step.get("with", {}).get("persist-credentials") is not False:
        yield "the token stays in the checkout"
    if "${{" in script:
        yield "text from outside is put into a script"
    if "pull_request" in events:
        yield from (f"{each} is not the base branch's" for each in OURS.findall(script) if not each.startswith(BASE))
        if "secrets." in str(step):
            yield "a pull request gets a secret"
    if "secrets." in str(step) and re.search(r"gate\.sh|grade\.sh|rnn-conformance", script):
        yield "what judges gets a secret"


def workflows(written):
    return {
        name: text.decode()
        for platform in PLATFORMS
        for name, text in files(written(platform)).items()
        if name.endswith(".yml")
    }


def test_the_workflows_have_no_mistake(written):
    found = workflows(written)
    assert len(found) == 3
    for name, text in found.items():
        assert mistakes(text) == [], name


def test_every_pin_names_the_version_beside_it(written):
    for name, text in workflows(written).items():
        for line in re.findall(r".*uses: .*", text):
            assert re.search(r"@[0-9a-f]{40} # v\d+(\.\d+\.\d+)?$", line), f"{name}: {line.strip()}"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("  pull_request:", "  pull_request_target:", "rights on what strangers sent"),
        ("  contents: read", "  contents: write", "its permissions are"),
        ("permissions:\n  contents: read\n", "", "its permissions are None"),
        ("    timeout-minutes: 20\n", "", "has no time limit"),
        (
            "    timeout-minutes: 20\n",
            "    timeout-minutes: 20\n    permissions:\n      checks: write\n",
            "permissions of its own",
        ),
        ("checkout@3d3c42e5aac5ba805825da76410c181273ba90b1", "checkout@v7", "is not pinned to a commit"),
        ("persist-credentials: false", "persist-credentials: true", "the token stays in the checkout"),
        ("          persist-credentials: false\n", "", "the token stays in the checkout"),
        (
            '"submissions/$AUTHOR"',
            '"submitted/${{ github.event.pull_request.user.login }}"',
            "put into a script",
        ),
        ("bash course/.github/rnn-conformance/install.sh", "bash submitted/install.sh", "is not the base branch's"),
        (
            "          AUTHOR: ",
            "          TOKEN: ${{ secrets.TOKEN }}\n          AUTHOR: ",
            "a pull request gets a secret",
        ),
    ],
)
def test_a_planted_mistake_is_seen(old, new, sentence, written):
    text = (written("actions") / ".github/workflows/rnn-conformance.yml").read_text()
    assert old in text, "nothing was planted"
    assert any(sentence in found for found in mistakes(text.replace(old, new))), mistakes(text.replace(old, new))


def test_a_secret_for_what_judges_is_seen(written):
    text = (written("classroom") / "grading/.github/workflows/grade.yml").read_text()
    planted = text.replace("RNN_CONFORMANCE_REQUIRE: A", "TOKEN: ${{ secrets.STUDENTS_TOKEN }}")
    assert planted != text
    assert mistakes(planted) == ["Judge them: what judges gets a secret"]


# What is said about the gate


def options_said(text):
    """The options that follow `gate` in commands of a text, up to the line's end or a comment."""
    text = text.replace("\\\n", " ")
    commands = re.findall(r'(?:rnn-conformance|"\$gate") gate\b([^\n`#|]*)', text)
    words = " ".join([*commands, *re.findall(r"(?:OPTIONS|GATE_WORDS\+?|result)=\(([^)]*)\)", text)])
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", words))


def test_options_in_a_text_are_found():
    assert options_said("x\nrnn-conformance gate a.py --where b --seed random  # --no\n") == {"--where", "--seed"}
    assert options_said('"$gate" gate "$f" \\\n    --points 3\nOPTIONS=(--strict)') == {"--points", "--strict"}


@needs_gate
def test_every_option_that_is_written_exists():
    from conformance.cli.gate import gate

    real = {name for option in gate.params if isinstance(option, click.Option) for name in option.opts}
    pages = [*TEMPLATES.rglob("*"), ROOT / "conformance" / "gate.md"]
    for page in (each for each in pages if each.is_file()):
        missing = options_said(page.read_text()) - real - {"--help"}
        assert not missing, f"{page.relative_to(ROOT)} says {sorted(missing)}, which `gate` does not have"
