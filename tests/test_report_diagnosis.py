"""What explains the failures, as people see it: on the terminal, in the HTML report, in a notebook and as JSON."""

import dataclasses
import json
import re

import pytest
from report_runs import HOSTILE, Reader, diagnosed, failing, finding, run, words
from small import record

from conformance.connection import Connection
from conformance.record_file import RecordWriter
from conformance.report.explanation import explanation
from conformance.report.html import render as page_of
from conformance.report.shapes import shapes
from conformance.report.snippet import snippet
from conformance.report.terminal import render
from conformance.result import Result
from conformance.status import Status
from conformance.summary import summaries

LONG = "The outputs of the reverse direction stay in the order in which they were computed, last time step first."
HINT = "Turn the list of the reverse direction's states round before it is joined to the forward direction's."


def wrong(*numbers, **planned):
    cases = [failing(number=n, file="cases/values/made.yaml", line=3) for n in numbers or (1, 2)]
    return run(record(number=9), *cases, **{"origin": "my_rnn.py"} | planned)


def unstyled(text):
    return re.sub("\x1b\\[[0-9;]*m", "", text)


def told(made):
    return explanation(summaries(made)[0])


@pytest.mark.parametrize(
    ("findings", "fields", "wanted"),
    [
        (1, {}, "This mistake reproduces both wrong cases to within rounding."),
        (1, {"failing": 3, "reproduced": 3}, "This mistake reproduces all 3 wrong cases to within rounding."),
        (1, {"failing": 1, "reproduced": 1}, "This mistake reproduces the one wrong case to within rounding."),
        (
            1,
            {"failing": 1442, "reproduced": 1300},
            "This mistake reproduces 1,300 of 1,442 wrong cases to within rounding.",
        ),
        (2, {}, "Together these mistakes reproduce both wrong cases to within rounding."),
        (
            2,
            {"failing": 3},
            "Together these mistakes reproduce 2 of 3 wrong cases to within rounding.",
        ),
        (1, {"reproduced": 0}, "This is told by what it does, not by its numbers."),
        (0, {}, "No known mistake reproduces it."),
    ],
)
def test_how_much_is_reproduced_is_said(findings, fields, wanted):
    made = diagnosed(wrong(), *(finding(f"fault-{n}") for n in range(findings)), **fields)
    assert told(made).reach == wanted


def test_nothing_is_said_where_nothing_was_looked_for_or_nothing_is_wrong():
    assert told(wrong()) is None
    assert told(diagnosed(run(record()), failing=0)) is None
    for text in (render(wrong()), page_of(wrong()), snippet(summaries(wrong())[0])):
        assert "What is wrong</h4>" not in text
        assert "What is wrong:" not in text
        assert "No known mistake" not in text


def test_what_reads_no_parameters_is_named_beside_its_sentence():
    lost = Connection(implementation="mine", connected=False, why="mine is not connected: it reads nothing.")
    made = diagnosed(wrong(connections=(lost,)), finding("parameters-ignored"), failing=0, reproduced=0)
    for text in (unstyled(render(made)), words(page_of(made), "article"), words(snippet(summaries(made)[0]), "div")):
        flat = " ".join(text.split())
        assert flat.index("it reads nothing.") < flat.index("What parameters-ignored is.")
        assert "values/made[1]" not in flat, "no case was run"


def test_each_of_several_mistakes_says_how_far_it_goes():
    one = finding("relu-leaky", value="0.01")
    other = finding("h0-ignored", where="num_layers=1", explains=1)
    first, second = told(diagnosed(wrong(), one, other)).mistakes
    assert (first.name, first.extent) == ("relu-leaky: 0.01", "Needed for 2 of 2 wrong cases.")
    assert (second.name, second.extent) == ("h0-ignored", "Needed for 1 of 2 wrong cases.")
    assert (first.what, second.what) == ("What relu-leaky is.", "Where num_layers=1: What h0-ignored is.")
    (alone,) = told(diagnosed(wrong(), one)).mistakes
    assert alone.extent == "", "of one mistake, how much it reproduces is said below"


def test_a_mistakes_simplest_case_is_named_where_it_is_not_the_simplest_of_all():
    shown, other = (
        dataclasses.replace(finding(), simplest="values/made[1]"),
        dataclasses.replace(finding(), simplest="values/made[2]"),
    )
    assert told(diagnosed(wrong(1, 2), shown)).mistakes[0].simplest == ""
    assert told(diagnosed(wrong(1, 2), other)).mistakes[0].simplest == "values/made[2]"


def test_what_cannot_be_told_apart_what_stays_open_and_a_search_given_up_are_said():
    made = diagnosed(
        wrong(), finding(), equivalents=("a + b", "c"), remarks=("One.", "Two."), gave_up=True, seconds=3.14
    )
    assert told(made).asides == (
        "Cannot be told apart from: a + b; c.",
        "One.",
        "Two.",
        "The search was given up after 3.1 s: not every pair of mistakes was tried.",
    )


def test_the_terminal_says_what_and_where_first_then_the_case_then_how_to_see_it_again():
    made = diagnosed(wrong(), finding("reverse-not-restored", value="in every layer", what=LONG, hint=HINT))
    flat = " ".join(unstyled(render(made)).split())
    order = [
        "Wrong in 2 of 3 cases.",
        "What is wrong:",
        LONG,
        "[reverse-not-restored: in every layer]",
        "Where to look:",
        HINT,
        "reproduces both wrong cases",
        "Simplest failure: values/made[1] input (5, 2, 3) -> output (5, 2, 4), h_n (1, 2, 4) output is 1, but should be 2",
        "rnn-conformance cases show 'values/made[1]' --impl my_rnn.py --script repro.py",
        "rnn-conformance explain my_rnn.py",
        "Run 3 of 3 expected",
    ]
    places = [flat.find(part) for part in order]
    assert -1 not in places, f"not there: {order[places.index(-1)]}"
    assert places == sorted(places)


def test_the_terminal_keeps_to_80_columns():
    findings = (finding(what=LONG, hint=HINT), finding("b", what=LONG, hint=HINT, where="num_layers=1"))
    text = render(diagnosed(wrong(), *findings, equivalents=("h0-ignored + bias-missing",) * 9, remarks=(LONG,)))
    lines = unstyled(text).splitlines()
    assert max(len(line) for line in lines if "rnn-conformance cases show" not in line) < 80


def test_an_entry_of_a_setting_stays_on_one_line():
    records = [
        failing(number=n, settings={"num_layers": n}, file="cases/values/made.yaml", line=3) for n in range(2, 9)
    ]
    others = [record(number=20 + n, settings={"num_layers": 1}) for n in range(6)]
    text = unstyled(render(run(*records, *others)))
    rows = text.split("Wrong, by setting:\n")[1].split("\n\n")[0].split("Run ")[0]
    assert "\xa0" not in text
    assert max(map(len, rows.splitlines())) < 80
    entries = [entry for row in rows.splitlines() for entry in re.split("   +", row.strip())]
    assert [e for e in entries if not re.fullmatch(r"\w+|\S+: \d+ of \d+", e)] == []
    assert len(rows.splitlines()) > 1, "nothing had to be wrapped"


def test_of_torchs_message_only_the_beginning_is_quoted_on_the_terminal():
    page = "rnn_tanh() received an invalid combination of arguments - got (" + "Tensor, " * 200 + ")"
    for message, wanted in [
        (page, "Tensor, Tensor, ...)"),
        ("h_0 is a tuple. And more of it", "(torch raises TypeError: h_0 is a tuple.)"),
        ("h_0 is (3, 4)", "(torch raises TypeError: h_0 is (3, 4))"),
    ]:
        why = f"it returned an answer, but should raise (torch raises TypeError: {message})"
        accepted = record(Status.FAIL, asks="validation", number=1, why=why)
        flat = " ".join(unstyled(render(run(record(), accepted))).split())
        told = flat.split("it returned an answer, but should raise ")[1].split(" Run ")[0]
        assert told.endswith(wanted), told
        assert len(told) < 180


def test_where_nothing_is_named_the_terminal_says_so_and_gives_the_place_instead():
    flat = " ".join(unstyled(render(diagnosed(wrong(), remarks=("It is first wrong in layer 1.",)))).split())
    assert "No known mistake reproduces it." in flat
    assert flat.index("No known mistake") < flat.index("It is first wrong in layer 1.") < flat.index("Simplest failure")
    assert "What is wrong:" not in flat


def test_no_command_explains_what_is_no_file_or_does_not_fail():
    assert "rnn-conformance explain" not in render(wrong(origin=""))
    suite = record(Status.SUITE_ERROR, number=1)
    assert "rnn-conformance explain" not in render(run(suite, origin="my_rnn.py"))
    assert "rnn-conformance explain" not in page_of(run(record(), origin="my_rnn.py"))
    of_several = render(wrong(origin="all.py:Nan"))
    assert "rnn-conformance explain all.py:Nan\n" in of_several
    assert "--impl all.py:Nan" in of_several
    assert "rnn-conformance explain 'my rnn.py'\n" in render(wrong(origin="my rnn.py"))
    made = wrong()
    own = {"seed": 7, "scope": made.header.scope | {"dtype": "float32"}}
    again = render(dataclasses.replace(made, header=dataclasses.replace(made.header, **own)))
    assert "rnn-conformance explain my_rnn.py --seed 7 --dtype float32\n" in again


def test_notes_stand_after_what_is_wrong():
    connection = Connection(implementation="mine", connected=True, notes=("slow",))
    text = render(diagnosed(wrong(connections=(connection,)), finding()))
    assert text.index("What is wrong") < text.index("Simplest failure") < text.index("Note: slow.")


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        ({}, "input (5, 2, 3) -> output (5, 2, 4), h_n (1, 2, 4)"),
        ({"batch_first": True}, "input (2, 5, 3) -> output (2, 5, 4), h_n (1, 2, 4)"),
        ({"batch_size": "unbatched", "batch_first": True}, "input (5, 3) -> output (5, 4), h_n (1, 4)"),
        ({"batch_size": 0}, "input (5, 0, 3) -> output (5, 0, 4), h_n (1, 0, 4)"),
        (
            {"bidirectional": True, "num_layers": 3, "h_0": "given"},
            "input (5, 2, 3), h_0 (6, 2, 4) -> output (5, 2, 8), h_n (6, 2, 4)",
        ),
        ({"num_layers": HOSTILE}, ""),
        ({"batch_size": HOSTILE}, ""),
    ],
)
def test_shapes_are_those_of_the_call(settings, wanted):
    assert shapes(record(settings=settings)) == wanted


def test_shapes_are_torchs():
    import torch

    for flags in ({}, {"batch_first": True}, {"bidirectional": True, "num_layers": 2}):
        size = (2, 5, 3) if flags.get("batch_first") else (5, 2, 3)
        output, h_n = torch.nn.RNN(3, 4, **flags)(torch.zeros(size))
        assert shapes(record(settings=flags)) == f"input {size} -> output {tuple(output.shape)}, h_n {tuple(h_n.shape)}"


def test_a_wrong_call_has_no_shapes():
    assert shapes(record(asks="validation")) == ""


def test_the_card_says_what_and_where_first():
    made = diagnosed(wrong(), finding("relu-leaky", value="0.01"), remarks=("A remark.",))
    card = words(page_of(made), "article")
    wanted = (
        "What is wrong What relu-leaky is. relu-leaky: 0.01 Where to look Where relu-leaky is. "
        "This mistake reproduces both wrong cases to within rounding. A remark. "
        "Simplest failing case values/made[1] input (5, 2, 3) -> output (5, 2, 4), h_n (1, 2, 4) "
        "output is 1, but should be 2 (off by 1; 1e-15 is allowed) "
        "Reproduce it without this harness rnn-conformance cases show 'values/made[1]' --impl my_rnn.py --script repro.py "
        "The smallest case that still fails, step by step rnn-conformance explain my_rnn.py"
    )
    assert wanted in card, card


def test_the_card_of_several_mistakes_numbers_them_and_links_their_cases():
    other = dataclasses.replace(finding("b"), simplest="values/made[2]")
    page = page_of(diagnosed(wrong(), finding("a"), other))
    card = words(page, "article")
    assert "What is wrong (1 of 2) What a is." in card
    assert "What is wrong (2 of 2) What b is." in card
    assert "The simplest case of it: values/made[2]" in card
    assert {a["data-open"] for t, a in Reader(page).tags if "data-open" in a} == {"0", "1"}
    absent = dataclasses.replace(other, simplest="values/gone")
    assert "The simplest case of it" not in page_of(diagnosed(wrong(), absent))


def test_the_card_of_what_nothing_explains():
    card = words(page_of(diagnosed(wrong(), remarks=("It is first wrong in layer 1.",))), "article")
    assert "No known mistake reproduces it. It is first wrong in layer 1. Simplest failing case" in card


def test_a_notebook_says_it_too_and_no_text_is_markup():
    made = diagnosed(wrong(), finding("relu-leaky", value="0.01"), remarks=("A remark.",))
    text = words(snippet(summaries(made)[0]), "div")
    assert "What is wrong: What relu-leaky is. [relu-leaky: 0.01] Where to look: Where relu-leaky is." in text
    assert "This mistake reproduces both wrong cases to within rounding. A remark." in text.replace(
        "rounding.A", "rounding. A"
    )
    bad = finding(HOSTILE, value=HOSTILE, what=HOSTILE, hint=HOSTILE, where=HOSTILE)
    hostile = snippet(summaries(diagnosed(wrong(), bad, equivalents=(HOSTILE,), remarks=(HOSTILE,)))[0])
    assert "<img" not in hostile
    assert {"\u202e", "\x1b"} & set(hostile) == set()


def test_json_lists_the_findings_and_how_far_they_go():
    made = diagnosed(wrong(), finding("relu-leaky", value="0.01"), equivalents=("a + b",), remarks=("A remark.",))
    document = json.loads(json.dumps(Result(made).to_dict()))
    assert document["diagnosis"] == [
        {
            "id": "relu-leaky", "value": "0.01", "what": "What relu-leaky is.", "hint": "Where relu-leaky is.",
            "where": "", "explains": 2, "simplest": "values/made[1]",
        }
    ]  # fmt: skip
    assert document["explained"] == {
        "failing": 2, "reproduced": 2, "equivalents": ["a + b"], "remarks": ["A remark."], "gave_up": False,
    }  # fmt: skip
    undiagnosed = Result(wrong())
    assert (undiagnosed.to_dict()["diagnosis"], undiagnosed.to_dict()["explained"]) == ([], None)
    assert undiagnosed.diagnosis is None


def test_a_result_says_what_is_wrong_in_a_sentence():
    found = Result(diagnosed(wrong(), finding("relu-leaky")))
    assert found.diagnosis.findings[0].id == "relu-leaky"
    assert "Where num_layers=1: What a is." in Result(diagnosed(wrong(), finding("a", where="num_layers=1"))).why
    assert found.why == (
        "Wrong in 2 of 3 cases. What relu-leaky is. "
        "Simplest: values/made[1]: output is 1, but should be 2 (off by 1; 1e-15 is allowed)"
    )


def test_the_report_made_again_from_the_records_says_it(tmp_path, capfd):
    from conformance.cli import cli
    from conformance.cli.supervise import run_here

    made = diagnosed(wrong(), finding("relu-leaky"))
    with (tmp_path / "results.jsonl").open("w", encoding="utf-8") as stream:
        writer = RecordWriter(stream, made.header)
        for one in made.records:
            writer.record(one)
        writer.diagnosis(made.diagnoses[0])
        writer.close(complete=True, seconds=1.5)
    assert run_here(cli, ["report", str(tmp_path / "results.jsonl")]) == 1
    assert "What relu-leaky is. [relu-leaky]" in capfd.readouterr().out
    assert (tmp_path / "parity.html").read_text() == page_of(made)
