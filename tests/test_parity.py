"""The parity table, and implementations that cannot be run here."""

import dataclasses
import json
import re
import textwrap

import click
import pytest
from small import header, record

from conformance.cli import cli
from conformance.cli.supervise import run_here
from conformance.connection import Connection
from conformance.discovery import discover, load, parse
from conformance.finding import Diagnosis, Finding
from conformance.implementation import NoImplementationError
from conformance.record import Run, Skipped
from conformance.registration import requirements_beside
from conformance.report import parity
from conformance.report.terminal import render
from conformance.status import Layer, Status
from conformance.summary import summaries
from conformance.sweep.yaml_source import CaseFileError

CLASS = "class RNN:\n    def forward(self, input, h_0=None): ...\n"


def run(*records, skipped=(), **expected):
    planned = dataclasses.replace(header(**expected), skipped=skipped)
    connections = tuple(Connection(implementation=name, connected=True) for name in expected)
    return Run(header=planned, connections=connections, records=records, complete=True, seconds=1.0)


def marks(*records):
    (row,) = parity.rows(summaries(run(*records, mine=len(records))))
    return dict(zip((name for name, _ in parity.COLUMNS), row.marks, strict=True))


def test_a_feature_is_marked_by_the_worst_that_became_of_it():
    found = marks(
        record(Status.PASS),
        record(Status.FAIL, number=1, settings={"bidirectional": True}),
        record(Status.PASS, number=2, settings={"bidirectional": True}),
        record(Status.KNOWN, number=3, settings={"nonlinearity": "relu"}),
        record(Status.UNSUPPORTED, number=4, asks="gradients"),
        record(Status.UNSUPPORTED, number=5, settings={"num_layers": 2}),
        record(Status.PASS, number=6, settings={"num_layers": 2}),
        record(Status.FAIL, number=7, asks="validation", settings={"bias": False}),
    )
    wanted = {
        "values": "✗",
        "bidirectional": "✗",
        "relu": "≈",
        "gradients": "–",
        "num_layers > 1": "✓",
        "training": "·",
    }
    assert {name: found[name] for name in wanted} == wanted
    assert found["bias=False"] == "·", "a wrong call that is accepted is reported beside"


def test_a_known_difference_of_the_forward_says_nothing_of_gradients_that_are_not_offered():
    declined = record(Status.UNSUPPORTED, asks="gradients")
    known = record(Status.KNOWN, asks="gradients", number=1, layer=Layer.VALUE)
    assert marks(record(number=2), declined, known)["gradients"] == "–"
    assert marks(record(number=2), declined, dataclasses.replace(known, layer=Layer.GRADIENT))["gradients"] == "≈"


def test_a_case_that_met_a_suite_error_marks_nothing():
    assert marks(record(Status.SUITE_ERROR))["values"] == "?"


def test_several_implementations_stand_beside_each_other_within_80_columns():
    long = "published/row_sequence_classifier"
    records = [record(implementation=name) for name in ("a", long)]
    text = click.unstyle(render(run(*records, **{"a": 1, long: 1})))
    lines = text.splitlines()
    assert max(map(len, lines)) < 80
    (top,) = [line for line in lines if line.endswith("┌ values")]
    (mine,) = [line for line in lines if line.startswith("a  ")]
    assert mine[top.index("┌")] == "✓"
    assert "✓ right where offered" in text
    assert "┌" not in render(run(record(), mine=1))


# What cannot be run here.


@pytest.fixture
def run_command(capfd):
    """Run a command in this process: exit code, standard output, standard error."""

    def run(*arguments):
        code = run_here(cli, [str(a) for a in arguments])
        return code, *capfd.readouterr()

    return run


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "engine.py").write_text(f'"""An engine."""\n\nimport no_such_engine\n\n\n{CLASS}')
    (tmp_path / "engine.requires.yaml").write_text(
        "no_such_engine: pip install no-such-engine\nnumpy: pip install numpy\n"
    )
    return tmp_path


def test_what_is_required_and_absent_is_a_sentence_with_a_way_out(folder):
    (source, *_) = discover(folder)
    assert source.missing == "no_such_engine is not installed (pip install no-such-engine)"
    with pytest.raises(NoImplementationError, match="engine cannot be run here: no_such_engine is not installed"):
        load(parse(str(folder / "engine.py")))


@pytest.mark.parametrize("text", ["no_such_engine: ''\n", "[no_such_engine]\n", "a.b: pip install a\n", "a: 1\n"])
def test_mistakes_in_requirements_are_sentences(folder, text):
    (folder / "engine.requires.yaml").write_text(text)
    with pytest.raises(CaseFileError, match=r"engine\.requires\.yaml:"):
        requirements_beside(folder / "engine.py")


SCOPE = ("--where", "num_layers=1,asks=values,seq_len=7,h_0=absent,hidden_size=11,batch_size=1")


def test_run_skips_it_and_says_so(folder, run_command):
    (folder / "fine.py").write_text(textwrap.dedent(RIGHT))
    code, out, _ = run_command("run", "--impls", folder, "--reports", folder / "reports", *SCOPE)
    assert code == 0, out
    assert "– engine: skipped, since no_such_engine is not installed (pip install no-such-engine)" in " ".join(
        out.split()
    )
    first = json.loads((folder / "reports" / "results.jsonl").read_text().splitlines()[0])
    assert [s["name"] for s in first["skipped"]] == ["engine"]
    assert "no-such-engine" in (folder / "reports" / "parity.html").read_text()
    code, out, _ = run_command("report", folder / "reports" / "results.jsonl")
    assert code == 0


def test_nothing_else_to_run_is_nothing_selected(folder, run_command):
    code, _, err = run_command("run", "--impls", folder, "--reports", folder / "reports", *SCOPE)
    assert code == 5
    assert "nothing selected: no implementation can be run here (engine: no_such_engine is not installed" in err


@pytest.mark.parametrize("arguments", [["run", "--impl", "engine"], ["check"]])
def test_one_that_is_asked_for_by_name_is_not_skipped(folder, run_command, arguments):
    place = [folder / "engine.py"] if arguments == ["check"] else ["--impls", folder, "--reports", folder / "reports"]
    code, _, err = run_command(*arguments, *place, *SCOPE)
    assert code == 2
    assert "engine cannot be run here: no_such_engine is not installed (pip install no-such-engine)" in " ".join(
        err.split()
    )


def test_a_name_that_there_is_not_is_a_sentence(folder, run_command):
    code, _, err = run_command("run", "--impls", folder, "--impl", "motor", *SCOPE)
    assert code == 2
    assert "there is no implementation motor; there are engine" in err


RIGHT = '''
    """One tanh layer."""

    import numpy as np


    class RNN:
        def __init__(self, input_size, hidden_size):
            self.hidden_size = hidden_size

        def load_state_dict(self, state):
            self.state = state

        def forward(self, input):
            s = self.state
            h = np.zeros((input.shape[1], self.hidden_size), input.dtype)
            steps = []
            for x in input:
                h = np.tanh(x @ s["weight_ih_l0"].T + s["bias_ih_l0"] + h @ s["weight_hh_l0"].T + s["bias_hh_l0"])
                steps.append(h)
            return np.stack(steps), h[np.newaxis].copy()
'''


def test_a_skipped_implementation_survives_the_record_file():
    whole = run(record(), mine=1, skipped=(Skipped(name="engine", why="it is not there"),)).header
    assert type(whole).from_json(json.loads(whole.to_json())) == whole


def test_what_explains_each_wrong_one_stands_in_one_list():
    records = [
        record(Status.FAIL, implementation="twice_wrong"),
        record(Status.FAIL, implementation="without_a_name"),
        record(implementation="right"),
        record(Status.ERROR, implementation="apart"),
    ]
    whole = run(*records, twice_wrong=1, without_a_name=1, right=1, apart=1)
    finding = Finding(id="h0-ignored", value="", what="A.", hint="B.", where="", explains=1, simplest="")
    other = dataclasses.replace(finding, id="bias-missing")
    whole = dataclasses.replace(
        whole,
        connections=(Connection(implementation="apart", connected=False, why="apart is not connected."),),
        diagnoses=(Diagnosis(implementation="twice_wrong", findings=(finding, other, finding), failing=1),),
    )
    assert list(parity.mistakes(summaries(whole))) == [
        "What explains what is wrong:",
        "  twice_wrong: h0-ignored, bias-missing",
        "  without_a_name: no mistake that has a name",
        "  apart: not connected",
    ]
    assert list(parity.mistakes(summaries(run(record(), mine=1)))) == []


# Files beside nothing, and what is told of known differences alone.


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("gone.expected.yaml", "gone.expected.yaml stands beside no implementation, but should beside gone.py"),
        (
            "engine.knwon.yaml",
            "engine.knwon.yaml is no implementation's, but should be NAME.yaml (a command) or one of",
        ),
    ],
)
def test_a_file_that_belongs_to_no_implementation_is_not_passed_over(folder, name, sentence):
    (folder / name).write_text("conforms_where_supported: false\n")
    with pytest.raises(CaseFileError, match=re.escape(sentence)):
        discover(folder)


def test_a_misspelt_kind_is_told_with_the_near_one(folder):
    (folder / "engine.knwon.yaml").write_text("'*': not yet\n")
    with pytest.raises(CaseFileError, match=r"did you mean \.known\.yaml\?"):
        discover(folder)


def test_known_differences_and_nothing_else_are_counted_as_such():
    (summary,) = summaries(run(record(Status.KNOWN), record(Status.KNOWN, number=1), mine=2))
    assert summary.verdict == "Right in none of 2 cases, with 2 known differences."


def test_what_is_not_connected_has_no_marks():
    whole = run(record(Status.ERROR), mine=1)
    apart = Connection(implementation="mine", connected=False, why="mine is not connected.")
    lines = list(parity.table(summaries(dataclasses.replace(whole, connections=(apart,)))))
    assert lines[-2] == "mine    not connected"
