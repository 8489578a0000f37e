"""README shows what the command prints."""

import itertools
import re
from collections import Counter
from pathlib import Path

import pytest
from kept import cases_read_once, torch_asked_once
from small import header, record

import conformance
from conformance.cli import cli
from conformance.cli.supervise import run_here
from conformance.connection import Connection
from conformance.discovery import discover
from conformance.finding import Diagnosis, Finding
from conformance.record import Run
from conformance.report import parity
from conformance.status import Status
from conformance.summary import summaries
from conformance.sweep import suite
from conformance.training import dataset

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
MY_RNN = Path(__file__).parent / "subjects" / "readme" / "my_rnn.py"


@pytest.fixture(autouse=True, scope="module")
def what_is_the_same_is_made_once():
    """Two checks ask the same cases."""
    with cases_read_once(), torch_asked_once():
        yield


def test_the_first_screen_is_a_check_as_printed(capfd, monkeypatch):
    """It has no backward, so it cannot learn: its training cases are counted here, and not run."""
    shown = README.split("$ rnn-conformance check my_rnn.py\n")[1].split("```")[0]
    asked = Counter(case.asks for case in suite.load(suite.find_cases()).cases)
    single = asked["values"] + asked["gradients"]
    counted = f" of {single + asked['training']:,} cases;"
    assert shown.count(counted) == 1, f"it should say{counted}"
    monkeypatch.chdir(MY_RNN.parent)
    assert run_here(cli, ["check", MY_RNN.name, "--where", "asks=values|gradients"]) == 1
    assert capfd.readouterr().out.startswith(shown.replace(counted, f" of {single:,} cases;"))
    assert "backward" not in MY_RNN.read_text()


def test_the_commands_that_it_names_exist(capfd):
    for command in ("check", "explain", "run", "report", "new", "faults", "power"):
        assert re.search(rf"rnn-conformance\s{command}[ `]", README), command
        assert run_here(cli, [command, "--help"]) == 0
    for command in ("lint", "list", "show", "schema"):
        assert run_here(cli, ["cases", command, "--help"]) == 0


def test_the_implementation_in_the_folders_readme_is_right(tmp_path, capfd):
    readme = (Path(__file__).parents[1] / "impls" / "README.md").read_text()
    (tmp_path / "mine.py").write_text(readme.split("```python\n")[1].split("```")[0])
    assert run_here(cli, ["check", str(tmp_path / "mine.py"), "--where", "num_layers=1,asks=values|gradients"]) == 0
    assert "Right in all" in capfd.readouterr().out


def expected_mistakes():
    """What a run says of the published systems if it finds what stands beside them, and fails if it does not."""
    sources = [source for source in discover(ROOT / "impls") if source.name.startswith("published/")]
    found = [
        Finding(id=name, value="", what="", hint="", where="", explains=1, simplest="")
        for source in sources
        for name in source.expectation.faults
    ]
    ends = list(itertools.accumulate(len(source.expectation.faults) for source in sources))
    return Run(
        header=header(**{source.name: 1 for source in sources}),
        connections=tuple(
            Connection(implementation=s.name, connected=s.expectation.connected, why="") for s in sources
        ),
        records=tuple(record(Status.FAIL, implementation=source.name) for source in sources),
        complete=True,
        seconds=0.0,
        diagnoses=tuple(
            Diagnosis(implementation=source.name, findings=tuple(found[end - len(source.expectation.faults) : end]))
            for source, end in zip(sources, ends, strict=True)
        ),
    )


def test_what_was_wrong_with_each_published_system_stands_as_a_run_prints_it():
    lines = "\n".join(parity.mistakes(summaries(expected_mistakes())))
    assert f"```\n{lines}\n```" in README, lines


def test_the_accuracy_is_what_the_command_reaches():
    (case,) = re.findall(r"`rnn-conformance check impls/reference.py --case (training/\w+)", README)
    (shown, of) = re.findall(r"([0-9.]+) % of (\d+) images", README)[0]
    result = conformance.check(ROOT / "impls" / "reference.py", case=case)
    curve = result.records[0].curve
    assert f"{100 * curve.accuracy:.1f}" == f"{100 * curve.torch_accuracy:.1f}" == shown
    assert len(dataset.digits()[1]) - 1500 == int(of)


def test_what_it_links_to_is_there():
    for link in ("impls/README.md", "cases/README.md", "reports/README.md", "conformance/report/parity.png"):
        assert f"({link})" in README
        assert (Path(__file__).parents[1] / link).exists()
