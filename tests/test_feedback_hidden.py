"""Hidden cases: written in a case file, counted for their author, told in full to whoever judges."""

import base64
import dataclasses
import io
import json
from pathlib import Path

import pytest
from feedback_runs import FAIL, FORMATS, PASS, UNSUPPORTED, everything_visible, gate, gated, hidden
from report_runs import diagnosed, failing, finding
from small import record

from conformance.api import named
from conformance.cli import cli
from conformance.cli.options import make_plan
from conformance.cli.supervise import run_here
from conformance.execution import execute
from conformance.feedback.author import for_author
from conformance.record_file import read
from conformance.report import html, terminal
from conformance.sweep import suite
from conformance.sweep.yaml_source import CaseFileError

SUBJECT = Path(__file__).parent / "subjects" / "wrong" / "relu_leaks.py"
FILE = """about: A test.
defaults: {input_size: 8, hidden_size: 9, seq_len: 7, batch_size: 5}
include: [{}, {nonlinearity: relu}]
cases: 2
"""


@pytest.fixture
def cases(tmp_path):
    """A folder of cases, of which one file is hidden."""

    def made(line="visible: false\n"):
        folder = tmp_path / "cases"
        (folder / "values").mkdir(parents=True, exist_ok=True)
        (folder / "suite.yaml").write_text('version: "1.0"\n')
        (folder / "values" / "open.yaml").write_text(FILE)
        (folder / "values" / "closed.yaml").write_text(FILE + line)
        return folder

    return made


def test_a_file_hides_its_cases_and_no_others(cases):
    found = {case.id: case.visible for case in suite.load(cases()).cases}
    assert found == {
        "values/closed": False,
        "values/closed[nonlinearity=relu]": False,
        "values/open": True,
        "values/open[nonlinearity=relu]": True,
    }
    assert all(case.visible for case in suite.load(cases("visible: true\n")).cases)
    assert all(case.visible for case in suite.load(cases("")).cases)


def test_hiding_changes_neither_ids_nor_numbers(cases):
    assert [c.id for c in suite.load(cases()).cases] == [c.id for c in suite.load(cases("")).cases]
    assert suite.load(cases()).cases == suite.load(cases("")).cases


@pytest.mark.parametrize("value", ["no", "0", "'false'", "null"])
def test_what_is_neither_true_nor_false_is_a_mistake(cases, value):
    with pytest.raises(CaseFileError) as caught:
        suite.load(cases(f"visible: {value}\n"))
    assert "cases/values/closed.yaml:5:10" in str(caught.value.messages), caught.value.messages


def test_whoever_lists_cases_sees_which_are_hidden(cases, run_command):
    folder = str(cases())
    assert "2  cases/values/closed.yaml  (hidden from authors)" in run_command("cases", "list", "--cases", folder)
    assert "values/open.yaml  (hidden" not in run_command("cases", "list", "--cases", folder)
    shown = json.loads(run_command("cases", "list", "--json", "--cases", folder))
    assert [case["visible"] for case in shown] == [False, False, True, True]
    assert "(hidden from authors)" in run_command("cases", "show", "values/closed", "--cases", folder)


@pytest.fixture
def run_command(capfd):
    """Run a command and return what it prints."""

    def run_command(*arguments):
        assert run_here(cli, list(arguments)) == 0
        return capfd.readouterr().out

    return run_command


def test_a_real_run_keeps_what_is_hidden_from_its_author_alone(cases, tmp_path):
    plan = make_plan(cases=cases(), where=None, case=None, dtype="auto", seed=987654)
    stream = io.StringIO()
    execute(plan, (named(str(SUBJECT)),), stream=stream)
    (tmp_path / "results.jsonl").write_text(stream.getvalue(), encoding="utf-8")
    made = read(tmp_path / "results.jsonl")
    assert [r.visible for r in made.records] == [False, False, True, True]
    for name, render in FORMATS.items():
        text = _decoded(name, render(made))
        assert "closed" not in text, f"{name} tells of a hidden case"
        assert "987654" not in text, f"{name} tells the seed"
        assert "values/open" in text, f"{name} keeps what is not hidden from its author"
    everything = terminal.render(made) + html.render(made)
    assert "values/closed[nonlinearity=relu]" in everything
    assert "987654" in everything
    assert "hidden from its author" in everything


def _decoded(name, text):
    return base64.b64decode(text).decode() if name == "classroom" else text


def secretive():
    """Right where it shows, wrong in hidden cases, with a header and a diagnosis that quote them."""
    made = gated(
        record(PASS), hidden(PASS, 1), hidden(FAIL, 2, settings=hidden().settings | {"num_layers": 3, "dropout": 0.125}),
        hidden(UNSUPPORTED, 3, settings=hidden().settings | {"nonlinearity": "relu"}), origin="SECRET.py",
    )  # fmt: skip
    header = dataclasses.replace(
        made.header, seed=987654, command="gate --case SECRET", scope={"case": "SECRET"}, suite_digest="5EC" + "0" * 61
    )
    named = dataclasses.replace(finding("h0-ignored"), simplest="values/SECRET[2]", what="SECRET mistake")
    return diagnosed(dataclasses.replace(made, header=header), named, remarks=("the simplest is values/SECRET[2]",))


@pytest.mark.parametrize("name", FORMATS)
def test_of_hidden_cases_nothing_is_told_but_counts(name):
    text = _decoded(name, FORMATS[name](secretive()))
    for secret in ("SECRET", "987654", "5EC00", "0.125"):
        assert secret not in text, f"{name} tells {secret}: {text}"


def test_what_an_author_may_see_holds_nothing_of_hidden_cases():
    view = for_author(secretive())
    for secret in ("SECRET", "987654", "5EC00", "0.125"):
        assert secret not in repr((view.run, view.summary, view.verdict, view.demands, view.hidden))
    assert view.seed is None
    assert "seed 0" not in FORMATS["words"](secretive())
    assert json.loads(FORMATS["document"](secretive()))["seed"] is None


def test_the_same_is_told_to_whoever_judges():
    told = terminal.render(secretive()) + html.render(secretive())
    for secret in ("SECRET sentence", "SECRET mistake", "values/SECRET[2]", "987654", "5EC00"):
        assert secret in told, f"the instructor is not told {secret}"


def test_hidden_cases_are_counted_by_feature_expected_and_run_side_by_side():
    counts = {c.feature: (c.expected, c.run, c.right, c.wrong, c.declined) for c in for_author(secretive()).hidden}
    assert counts == {
        "all": (3, 3, 1, 1, 1),
        "num_layers > 1": (1, 1, 0, 1, 0),
        "relu": (1, 1, 0, 0, 1),
        "dropout": (1, 1, 0, 1, 0),
        "float64": (3, 3, 1, 1, 1),
    }
    assert "  relu                         1         1         0         0         1\n" in FORMATS["words"](secretive())


def test_a_submission_that_is_wrong_only_where_it_does_not_see_is_not_said_to_pass():
    made = gated(record(PASS), hidden(FAIL, 1))
    assert not for_author(made).passed
    for name, render in FORMATS.items():
        text = _decoded(name, render(made))
        assert "Visible cases: Right in all 1 case. Hidden cases: right in 0 of 1." in text.replace("%3A", ":"), name
    assert FORMATS["words"](made).startswith("NOT PASSED: mine\n")


def test_a_mistake_that_a_visible_case_shows_is_named_also_beside_hidden_ones():
    made = gated(failing(number=1), hidden(FAIL, 2))
    shown = dataclasses.replace(finding("h0-ignored"), simplest="values/made[1]")
    unseen = dataclasses.replace(finding("bias-missing"), simplest="values/SECRET[2]")
    made = diagnosed(made, shown, unseen, remarks=("SECRET remark",), equivalents=("SECRET",))
    told = FORMATS["words"](made)
    assert "What h0-ignored is. [h0-ignored]" in told
    assert "bias-missing" not in told
    assert "SECRET" not in told
    for extent in ("reproduce", "told by what it does"):
        assert extent not in told, "how far it goes counts hidden cases"
    told = FORMATS["words"](everything_visible(made))
    assert "bias-missing" in told
    assert "SECRET remark" in told


def test_without_hidden_cases_the_seed_and_the_commands_are_told():
    made = gated(failing(number=1), origin="mine.py")
    made = dataclasses.replace(made, header=dataclasses.replace(made.header, seed=42))
    told = FORMATS["words"](made)
    assert "seed 42" in told
    assert "rnn-conformance cases show 'values/made[1]' --impl mine.py --seed 42 --script repro.py" in told
    beside = dataclasses.replace(made, records=(*made.records, hidden(PASS, 3)))
    beside = dataclasses.replace(
        beside,
        header=dataclasses.replace(
            beside.header,
            implementations=tuple(dataclasses.replace(p, expected=2) for p in made.header.implementations),
        ),
    )
    assert "42" not in FORMATS["words"](beside)
    assert "repro.py" not in FORMATS["words"](beside)


def test_wrong_calls_that_are_hidden_stand_in_a_row_of_their_own():
    made = gated(record(PASS), hidden(FAIL, 1, asks="validation"), hidden(PASS, 2, asks="validation"))
    rows = {c.feature: (c.right, c.run) for c in for_author(made).hidden}
    assert rows == {"refuses wrong calls": (1, 2)}
    assert for_author(made).passed, "wrong calls stand beside the verdict"
    assert not for_author(made, strict=True).passed
    assert "SECRET" not in FORMATS["junit"](made, strict=True)


def test_the_instructor_sees_how_a_submission_was_shut_in():
    made = gated(record(PASS))
    for told in (terminal.render(made), html.render(made)):
        assert "bubblewrap 0.8.0" in " ".join(told.split())
        assert "NOT A VERDICT" not in told
    assert "mine.py (sha256 abababababab) was shut in at level A" in terminal.render(made)
    advice = gated(record(PASS), gate=gate(level="C", verdict=False))
    for told in (terminal.render(advice), html.render(advice)):
        assert "NOT A VERDICT: level C keeps accidents in, not attacks" in " ".join(told.split())
