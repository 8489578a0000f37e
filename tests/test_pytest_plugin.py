"""The pytest front: the same records with and without workers, and verdicts at the end.

A process that imports torch costs seconds, and workers are such processes. So two runs as a user starts them, `mixed`
and `kept`, are read by several tests; what takes one run more happens in this process, with the same command line.
"""

import contextlib
import functools
import io
import json
import os
import shutil
import subprocess
import sys
import textwrap
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from conformance.record_file import read

ROOT = Path(__file__).parents[1]
SUBJECTS = ROOT / "tests" / "subjects"

SWEEP = """\
about: A small sweep.
defaults: {input_size: 3, hidden_size: 4, seq_len: 5, batch_size: 2}
matrix:
  bidirectional: [false, true]
  h_0: [absent, given]
cases: 4
"""


@pytest.fixture
def project(tmp_path):
    """A project with a small suite of its own and a copy of the right plain class."""
    return furnish(tmp_path)


def furnish(tmp_path):
    (tmp_path / "pyproject.toml").write_text(
        '[tool.pytest]\nconformance_cases = "cases"\nstrict = true\nfilterwarnings = ["error"]\n'
    )
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["conformance.pytest_plugin"]\n')
    for asks in ("values", "gradients"):
        (tmp_path / "cases" / asks).mkdir(parents=True)
        (tmp_path / "cases" / asks / "small.yaml").write_text(SWEEP)
    (tmp_path / "cases" / "suite.yaml").write_text('version: "1.0"\n')
    (tmp_path / "impls").mkdir()
    copy(tmp_path, "right/class_plain")
    return tmp_path


def copy(project, *subjects, **named):
    """Drop subjects into impls/."""
    for subject in subjects:
        named[Path(subject).name] = (SUBJECTS / f"{subject}.py").read_text()
    for name, text in named.items():
        (project / "impls" / f"{name}.py").write_text(textwrap.dedent(text))


def pytest_in(project, *arguments):
    """Run pytest as a user does."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("PYTEST_XDIST_WORKER", None)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, timeout=300)


def pytest_here(project, *arguments):
    """Run pytest without workers in this process, which has imported torch already."""
    told = io.StringIO()
    # Without conftest.py, of which this process has one already: what that loads is named here.
    command = ["-p", "no:cacheprovider", "-p", "conformance.pytest_plugin", "--noconftest", "-n", "0", *arguments]
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
        patch.chdir(project)
        patch.delenv("PYTEST_ADDOPTS", raising=False)
        code = pytest.main(command)
    return subprocess.CompletedProcess(command, code, told.getvalue())


def results(project):
    return read(project / "reports" / "results.jsonl")


WRONG = """\
    from conformance.reference import RNN as Right

    class RNN(Right):
        def forward(self, input, h_0=None):
            output, h_n = super().forward(input, h_0)
            return (output if h_0 is None else output + 1), h_n
"""
WITHOUT_H_0 = WRONG.replace("super().forward(input, h_0)", "super().forward(input, None)").replace(" + 1", "")

DIAGNOSING = """\
pytest_plugins = ["conformance.pytest_plugin"]


def pytest_configure():
    import conformance.pytest_plugin.diagnosing as diagnosing

    diagnosing.diagnose = diagnose


def diagnose(runner, plan, subject, records):
    assert subject.name in {record.implementation for record in records}
    return told(subject.name, subject.implementation.name) if runner.connect(subject).connected else None


def told(name, loaded):
    from conformance.finding import Diagnosis, Finding

    assert name == loaded
    found = Finding(
        id="made-up", value="", what="It is made up.", hint="Look in the test.", where="", explains=4, simplest=""
    )
    return Diagnosis(implementation=name, findings=(found,), failing=4, reproduced=4)
"""


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """Runs of right, wrong and unconnected implementations, with as many workers as one asks for."""
    folder = tmp_path_factory.mktemp("mixed")

    @functools.cache
    def run(workers):
        project = folder / workers
        project.mkdir()
        copy(furnish(project), "right/two_sizes", "broken/other_names", wrong=WRONG)
        (project / "conftest.py").write_text(DIAGNOSING)
        done = pytest_in(project, "-n", workers)
        assert done.returncode == 1, done.stdout + done.stderr
        return project, done

    return run


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A run with a worker in which all is as it was expected: what is wrong, what explains it, and what is absent."""
    project = furnish(tmp_path_factory.mktemp("kept"))
    copy(project, wrong=WRONG, without_h_0=WITHOUT_H_0, engine="raise SystemExit\n")
    (project / "impls" / "wrong.expected.yaml").write_text("conforms_where_supported: false\n")
    (project / "impls" / "without_h_0.expected.yaml").write_text(
        "conforms_where_supported: false\nfaults: [h0-ignored]\n"
    )
    (project / "impls" / "engine.requires.yaml").write_text("no_such_engine: pip install no-such-engine\n")
    done = pytest_in(project, "-n", "1", "--junitxml=junit.xml")
    assert done.returncode == 0, done.stdout + done.stderr
    return project, done


def test_records_are_the_same_with_and_without_workers(mixed):
    found = {}
    for workers in ("0", "2"):
        project, done = mixed(workers)
        run = results(project)
        assert run.complete
        found[workers] = sorted(record.to_json() for record in run.records)
        assert len(found[workers]) == 32
        assert {p.name: p.expected for p in run.header.implementations} == dict.fromkeys(
            ("class_plain", "other_names", "two_sizes", "wrong"), 8
        )
        assert (project / "reports" / "parity.html").stat().st_size > 10_000
        assert "✓ class_plain: Right in all 8 cases." in done.stdout
        assert "✓ two_sizes: Right in all" in done.stdout
        assert "✗ wrong: Wrong in 4 of 8 cases." in done.stdout
        assert "run 8 of 8 expected" in done.stdout
    assert found["0"] == found["2"]


def test_a_failing_item_prints_the_sentence_and_no_traceback_of_ours(mixed):
    _, done = mixed("0")
    assert "fail: output is " in done.stdout
    assert "cases/values/small.yaml:3: values/small[h_0=given]" in done.stdout
    assert "Traceback" not in done.stdout
    assert "runtest" not in done.stdout
    assert "FAILED cases/values/small.yaml::wrong[h_0=given]" in done.stdout


@pytest.mark.parametrize("workers", ["0", "2"])
def test_what_fails_is_diagnosed_at_the_end_and_stands_everywhere(mixed, workers):
    project, done = mixed(workers)
    summary = done.stdout.split("✗ wrong: Wrong in 4 of 8 cases.")[1]
    first, named = summary.index("values/small[h_0=given]"), summary.index("It is made up. [made-up]")
    assert named < summary.index("Look in the test.") < summary.index("reproduces all 4 wrong cases") < first
    assert [d.implementation for d in results(project).diagnoses] == ["wrong"]
    assert "It is made up." in (project / "reports" / "parity.html").read_text()


@pytest.mark.parametrize("workers", ["0", "2"])
def test_an_implementation_that_is_not_connected_fails_once(mixed, workers):
    project, done = mixed(workers)
    assert done.stdout.count("is not connected: it has no load_state_dict") == 1
    assert "::other_names" not in done.stdout, "no item of its own fails"
    assert {r.status for r in results(project).records if r.implementation == "other_names"} == {"error"}


def test_an_implementation_that_is_not_connected_fails_the_run_by_itself(project):
    copy(project, "broken/other_names")
    done = pytest_here(project)
    assert done.returncode == 1, done.stdout
    assert done.stdout.count("is not connected: it has no load_state_dict") == 1
    assert "FAILED" not in done.stdout


def test_selection_by_axis_values_narrows_what_is_expected(project):
    done = pytest_here(project, "-m", "case(bidirectional=True, asks='values')")
    assert done.returncode == 0, done.stdout
    run = results(project)
    assert [record.case for record in run.records] == [
        "values/small[bidirectional]",
        "values/small[bidirectional,h_0=given]",
    ]
    assert run.header.implementations[0].expected == 2
    assert pytest_in(project, "-n", "1", "-k", "bidirectional and h_0-given and gradients").returncode == 0
    assert [record.case for record in results(project).records] == ["gradients/small[bidirectional,h_0=given]"]
    assert pytest_here(project, "--conformance-where", "h_0=given").returncode == 0
    assert len(results(project).records) == 4


def test_nothing_selected_is_5(project):
    assert pytest_here(project, "-k", "nothing_of_the_kind").returncode == 5


def test_mistakes_are_sentences(project):
    bad = project / "cases" / "values" / "bad.yaml"
    bad.write_text(SWEEP.replace("cases: 4", "cases: 5"))
    done = pytest_here(project)
    assert done.returncode not in (0, 1)
    assert "cases/values/bad.yaml:6:8" in done.stdout
    assert "Traceback" not in done.stdout
    bad.unlink()
    done = pytest_here(project, "--conformance-where", "h0=given")
    assert done.returncode == 4, done.stdout
    assert "did you mean h_0?" in done.stdout
    done = pytest_here(project, "--conformance-impl", "absent")
    assert done.returncode == 4, done.stdout
    assert "there is no implementation absent" in done.stdout


def test_expectations_keep_the_run_green(kept):
    _, done = kept
    assert "8 xfailed" in done.stdout
    assert "[h0-ignored]" in done.stdout


def test_expectations_break_the_run_when_unmet(project):
    copy(project, wrong=WRONG)
    (project / "impls" / "wrong.expected.yaml").write_text("conforms_where_supported: false\nfaults: [h0-ignored]\n")
    done = pytest_here(project)
    assert done.returncode == 1
    assert "expected.yaml says: no fault is named" in done.stdout


def test_known_differences_are_expected_failures_and_go_stale(project):
    copy(project, wrong=WRONG)
    known = project / "impls" / "wrong.known.yaml"
    known.write_text("'*h_0=given*': off by one, reported\n")
    done = pytest_here(project)
    assert done.returncode == 0, done.stdout
    known.write_text("'*': off by one, reported\n")
    done = pytest_here(project)
    assert done.returncode == 1
    assert "stale: passes by now" in done.stdout


def test_what_requires_something_absent_is_skipped_with_a_sentence(project, kept):
    copy(project, engine="raise SystemExit\n")
    shutil.copy(kept[0] / "impls" / "engine.requires.yaml", project / "impls")
    alone = pytest_here(project)
    assert alone.returncode == 0, alone.stdout
    for folder, done, others in (
        (project, alone, ["class_plain"]),
        (*kept, ["class_plain", "without_h_0", "wrong"]),
    ):
        assert "– engine: skipped, since no_such_engine is not installed (pip install" in done.stdout
        run = results(folder)
        assert [p.name for p in run.header.implementations] == others
        assert [s.name for s in run.header.skipped] == ["engine"]
    done = pytest_here(project, "--conformance-impl", "engine")
    assert done.returncode == 4, done.stdout
    assert "engine cannot be run here: no_such_engine is not installed" in done.stdout


def test_what_did_not_finish_is_not_diagnosed(project, monkeypatch):
    asked = []
    monkeypatch.setattr("conformance.pytest_plugin.diagnosing.diagnose", lambda *given: asked.append(given))
    copy(project, a_wrong=WRONG)
    done = pytest_here(project, "-x")
    assert done.returncode != 0
    assert "INCOMPLETE" in done.stdout
    assert not results(project).complete
    assert asked == []
    pytest_here(project)
    assert len(asked) == 1, "what finished is"


def test_a_diagnosis_that_breaks_leaves_the_records(project):
    copy(project, wrong=WRONG)
    (project / "conftest.py").write_text(DIAGNOSING.replace("assert name == loaded", "raise ValueError('planted')"))
    done = pytest_in(project, "-n", "0")
    assert done.returncode != 0, done.stdout
    assert "planted" in done.stdout + done.stderr
    assert len(results(project).records) == 16


def test_a_worker_that_dies_is_a_crash_and_the_rest_still_runs(project):
    copy(
        project,
        dies="""\
        import os
        from conformance.reference import RNN as Right

        class RNN(Right):
            def forward(self, input, h_0=None):
                if self.bidirectional and h_0 is not None and self.hidden_size == 4:
                    os._exit(0)
                output, h_n = super().forward(input, h_0)
                return (output if h_0 is None else output + 1), h_n
        """,
    )
    (project / "conftest.py").write_text(DIAGNOSING)
    done = pytest_in(project, "-n", "1", "--max-worker-restart=8")
    assert done.returncode == 1, done.stdout
    run = results(project)
    assert run.complete
    found = {r.case: r.status for r in run.records if r.implementation == "dies"}
    assert len(found) == 8
    assert {case for case, status in found.items() if status == "crash"} == {
        "values/small[bidirectional,h_0=given]",
        "gradients/small[bidirectional,h_0=given]",
    }
    assert set(found.values()) == {"crash", "fail", "pass"}
    assert run.diagnoses == (), "it would end the controller too"
    assert {r.status for r in run.records if r.implementation == "class_plain"} == {"pass"}


def test_junit_holds_no_payload(kept):
    project, _ = kept
    text = (project / "junit.xml").read_text()
    assert len(ET.fromstring(text).findall(".//testcase")) == 24
    assert "connection" not in text


def test_torch_is_not_imported_at_collection(project):
    (project / "conftest.py").write_text(
        'import sys\n\npytest_plugins = ["conformance.pytest_plugin"]\n\n'
        "def pytest_collection_finish(session):\n"
        "    print('items', len(session.items), 'torch', 'torch' in sys.modules)\n"
    )
    done = pytest_in(project, "--collect-only", "-q", "-s", "-n", "0")
    assert "items 8 torch False" in done.stdout
    assert "cases/values/small.yaml::class_plain[]" in done.stdout
    assert not (project / "reports").exists()


def test_the_plugin_sleeps_where_no_cases_are_named(tmp_path):
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "docker-compose.yaml").write_text("services: {}\n")
    (tmp_path / "test_own.py").write_text(
        "import sys\n\ndef test_own():\n    assert 'numpy' not in sys.modules\n    assert 'pydantic' not in sys.modules\n"
    )
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["conformance.pytest_plugin"]\n')
    done = pytest_in(tmp_path, "-n", "0")
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


def test_parametrize_with_cases_in_another_repository(tmp_path):
    (tmp_path / "test_mine.py").write_text(
        textwrap.dedent(f"""\
        from conformance import parametrize_with_cases
        from conformance.reference import RNN

        class Wrong(RNN):
            def forward(self, input, h_0=None):
                output, h_n = super().forward(input, h_0)
                return output * 2, h_n

        FEW = "num_layers=1,bias=true,nonlinearity=tanh,batch_size=1,seq_len=7,calls=one,h_0=absent,asks=values|gradients"

        @parametrize_with_cases(RNN, {str(SUBJECTS / "right" / "two_sizes.py")!r}, where=FEW)
        def test_right(implementation, check):
            check(implementation)

        @parametrize_with_cases(Wrong, where=FEW + ",bidirectional=false,batch_first=false")
        def test_wrong(implementation, check):
            check(implementation)
        """)
    )
    done = pytest_in(tmp_path, "-n", "0", "-rsf")
    assert done.returncode == 1, done.stdout
    assert "output is " in done.stdout
    assert "but should be" in done.stdout
    assert "FAILED test_mine.py::test_wrong[Wrong-values/configurations[batch_size=1]]" in done.stdout
    assert "declined: its signature has no bidirectional" in done.stdout
    assert json.dumps(done.stdout).count("conformance/parametrize.py") == 0


def test_validation_is_reported_beside_and_fails_when_strict(project):
    (project / "cases" / "validation").mkdir()
    (project / "cases" / "validation" / "nonlinearity.yaml").write_text(
        "about: Only tanh and relu.\ndefaults: {input_size: 3, hidden_size: 4, seq_len: 5, batch_size: 2}\n"
        "matrix: {nonlinearity: [sigmoid]}\ncases: 1\n"
    )
    done = pytest_here(project)
    assert done.returncode == 0, done.stdout
    assert "1 xfailed" in done.stdout
    done = pytest_here(project, "--conformance-strict")
    assert done.returncode == 1, done.stdout
    assert "it returned an answer, but should raise" in done.stdout
