"""The HTML report: the verdicts, what stands beside them, the provenance, and the file itself."""

import dataclasses
import re

import pytest
from report_runs import Reader, data_of, failing, run, words
from small import record

from conformance.connection import Connection
from conformance.report.html import render, write
from conformance.report.mark import MARKS
from conformance.status import Status

PASS, FAIL, UNSUPPORTED = Status.PASS, Status.FAIL, Status.UNSUPPORTED


def test_the_verdict_comes_first_in_a_word_a_sign_and_a_sentence():
    page = render(run(record(PASS), failing(number=1), record(FAIL, number=2, why="later")))
    card = words(page, "article")
    assert card.startswith("✗ Wrong mine expected 3 run 3 Wrong in 2 of 3 cases."), card
    assert "Simplest failing case values/made[1] input (5, 2, 3) -> output (5, 2, 4), h_n (1, 2, 4) output is 1" in card
    assert page.index("Wrong in 2 of 3") < page.index("By setting") < page.index('id="results"')


def test_what_is_right_says_so():
    page = render(run(record(PASS), record(PASS, number=1)))
    assert words(page, "article").startswith("✓ Right mine expected 2 run 2 Right in all 2 cases.")
    assert "Simplest failing" not in page


def test_all_statuses_are_counted_and_explained_zeros_too():
    page = render(run(record(PASS), record(UNSUPPORTED, number=1)))
    counts = words(page, ".counts")
    assert counts.startswith("✓ 1 pass – 1 unsupported"), counts
    for mark in MARKS.values():
        assert re.search(rf"{mark.word} \d {re.escape(mark.meaning)}", counts), f"{mark.word} is missing: {counts}"


def test_every_status_has_a_mark():
    assert list(MARKS) == list(Status)


def test_an_implementation_that_is_not_connected_gets_its_sentence_and_its_code():
    why = "mine is not connected: it has W (3, 4). Write:\ndef load_state_dict(self, state):\n    self.W = 1"
    page = render(run(record(Status.ERROR), connections=(Connection(implementation="mine", connected=False, why=why),)))
    assert "Not connected mine" in words(page, "article")
    assert "\n    self.W = 1" in Reader(page).texts["pre"]
    assert "Simplest failing" not in page, "the sentence alone should stand there, not a first failure beside it"


def test_what_the_smoke_step_noticed_is_said():
    connection = Connection(implementation="mine", connected=True, parameters_unread=("bias_hh_l0",), notes=("slow",))
    card = words(render(run(record(PASS), connections=(connection,))), "article")
    assert "It never reads bias_hh_l0" in card
    assert "Note: slow." in card


def test_an_implementation_kept_because_it_is_wrong_is_as_expected():
    wanted = {"connected": True, "conforms_where_supported": False, "faults": [], "unnamed": []}
    met = words(render(run(record(PASS), record(FAIL, number=1), expectation=wanted)), "article")
    missed = words(render(run(record(PASS), expectation=wanted)), "article")
    assert met.startswith("✓ As expected mine")
    assert missed.startswith("✗ Not as expected mine")


def test_those_that_need_attention_come_first():
    page = render(run(record(PASS, implementation="good"), record(FAIL, implementation="bad")))
    assert re.findall(r'class="name">(\w+)<', page) == ["bad", "good"]
    assert "1 of 2 implementations is not as it should be: bad." in words(page, ".lead")


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        (run(record(PASS), expected={"mine": 3}), "Incomplete This run is incomplete"),
        (run(record(PASS), complete=False), "Incomplete This run is incomplete"),
        (run(record(PASS), record(Status.SUITE_ERROR, number=1)), "Suite error 1 result is a suite error"),
    ],
)
def test_a_run_that_decides_nothing_has_a_banner(made, wanted):
    assert wanted in words(render(made), ".banner")


def test_a_complete_run_has_none():
    assert 'class="banner"' not in render(run(record(PASS)))


def test_lost_results_are_counted_side_by_side():
    page = render(run(record(PASS), expected={"mine": 3}))
    assert "mine: 1 of 3 expected cases were run." in words(page, ".banner")
    assert "! Not judged mine expected 3 run 1" in words(page, "article")
    assert "INCOMPLETE" in words(page, ".facts")


def test_no_result_at_all_is_a_page_too():
    page = render(run())
    assert "expected 0 run 0" in words(page, "article")
    assert data_of(page)["results"] == []


def test_the_provenance_is_complete():
    made = run(record(PASS))
    scope = {"where": "num_layers=1", "case": "", "dtype": "auto"}
    page = render(dataclasses.replace(made, header=dataclasses.replace(made.header, scope=scope)))
    facts = words(page, ".facts")
    wanted = (
        "complete",
        "made by hand",
        "2026-01-01T00:00:00+00:00",
        "1.5 s",
        "0" * 64,
        "where num_layers=1",
        "python 3",
    )
    for part in wanted:
        assert part in facts, f"{part} is not in: {facts}"


def test_the_same_run_gives_the_same_bytes(tmp_path):
    made = run(record(PASS), failing(number=1))
    write(made, tmp_path / "a" / "page.html")
    write(made, tmp_path / "b.html")
    assert (tmp_path / "a" / "page.html").read_bytes() == (tmp_path / "b.html").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b.html"], "a partly written file was left behind"


def test_a_report_that_cannot_be_written_leaves_the_old_one(tmp_path, monkeypatch):
    target = tmp_path / "page.html"
    target.write_text("old")
    monkeypatch.setattr("pathlib.Path.replace", lambda *_: (_ for _ in ()).throw(OSError("no space")))
    with pytest.raises(OSError, match="no space"):
        write(run(record(PASS)), target)
    assert [p.name for p in tmp_path.iterdir()] == ["page.html"]
    assert target.read_text() == "old"
