"""The HTML report: the power of the suite, where it was measured for this very suite."""

import dataclasses
import math

import pytest
from report_runs import HOSTILE, Reader, power, run, words
from small import record

from conformance.power.power import Equivalent
from conformance.report.html import render, write
from conformance.report.strength import Strength


def section(found):
    return words(render(run(record()), Strength(found)), ".power")


def test_how_much_is_caught_comes_first():
    assert section(power()).startswith(
        "Power of the suite 3 of 3 known mistakes are caught, each by at least 2 cases. Of 3 pairs, 2 were tried; "
        "all of them are caught."
    )


@pytest.mark.parametrize(
    ("pairs", "wanted"),
    [
        ({"tried": 0}, "Pairs of them were not tried."),
        ({"masked": (("h0-ignored", "relu-leaky"),)}, "2 were tried; in 1 the two hide each other."),
    ],
)
def test_what_was_not_tried_or_not_caught_in_pairs_is_said(pairs, wanted):
    found = dataclasses.replace(power(), pairs=dataclasses.replace(power().pairs, **pairs))
    assert wanted in section(found)
    assert ("h0-ignored + relu-leaky" in section(found)) == ("masked" in pairs)


def test_every_fault_says_how_many_cases_catch_it_how_surely_and_in_which_files_the_weakest_first():
    text = section(power())
    rows = [
        "relu-leaky What relu-leaky is. 2 3.1× 1 cases/values/a.yaml 2",
        "h0-ignored What h0-ignored is. 40 not by a number 2 cases/values/a.yaml 30, cases/values/b.yaml 10",
        "bias-missing What bias-missing is. 1,200 4e8× 1 cases/values/b.yaml 1,200",
    ]
    places = [text.find(row) for row in rows]
    assert -1 not in places, text
    assert places == sorted(places)


def test_what_hardly_any_case_catches_stands_out():
    assert "Caught by one case or none" not in section(power())
    one, *others = power().faults
    once = dataclasses.replace(one, catches=1)
    never = dataclasses.replace(others[0], catches=0, by_file={}, margin=0.0)
    text = section(dataclasses.replace(power(), faults=(once, never, *others[1:])))
    assert "! Caught by one case or none: relu-leaky (1), h0-ignored (0)." in text
    assert "2 of 3 known mistakes are caught." in text
    assert "h0-ignored What h0-ignored is. 0 none" in text


def test_files_the_smallest_subset_and_what_cannot_be_seen_are_listed():
    text = section(power())
    assert "cases/values/b.yaml 30 2 bias-missing" in text
    assert "The fewest cases that catch all that is caught (2) values/a values/b[num_layers=2]" in text
    assert "biases-swapped: They are only added." in text
    vague = dataclasses.replace(power(), subset=dataclasses.replace(power().subset, exact=False))
    assert "A few cases that catch all that is caught (2)" in section(vague)
    seen = dataclasses.replace(power(), equivalent=(Equivalent(id="biases-swapped", reason="Why.", catches=3),))
    assert "It was seen in 3 cases all the same." in section(seen)


def test_others_stand_beside_it():
    text = section(power())
    assert "this suite 1,500 3 3 none" in text
    assert "Homework a course 12 1 2 1 relu-leaky" in text


def test_cases_that_are_at_fault_themselves_are_named():
    assert "themselves at fault: values/a, values/b." in section(
        dataclasses.replace(power(), suite_errors=("values/a", "values/b"))
    )


def test_it_is_shown_only_where_it_lies_beside_and_is_of_this_suite(tmp_path):
    made, target = run(record()), tmp_path / "parity.html"

    def shown(**where):
        write(made, target, **where)
        return 'id="power"' in target.read_text()

    assert not shown()
    (tmp_path / "power.json").write_text(power().to_json())
    assert shown()
    assert target.read_text() == render(made, Strength(power()))
    (tmp_path / "power.json").write_text(dataclasses.replace(power(), suite_digest="1" * 64).to_json())
    assert not shown(), "another suite's power says nothing of this one"
    (tmp_path / "power.json").write_text("{}")
    assert not shown()
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "power.json").write_text(power().to_json())
    assert shown(records=tmp_path / "records")


def test_hostile_texts_stay_texts():
    fault = dataclasses.replace(power().faults[0], id=HOSTILE, what=HOSTILE, by_file={HOSTILE: 1}, margin=math.inf)
    peer = dataclasses.replace(power().peers[0], name=HOSTILE, source=HOSTILE, missed=(HOSTILE,))
    page = render(run(record()), Strength(dataclasses.replace(power(), faults=(fault,), peers=(peer,))))
    assert "<img" not in page
    assert page.lower().count("</script>") == 2
    assert {"\u202e", "\x1b", "\u2028"} & set(page) == set()
    assert not [name for _, attrs in Reader(page).tags for name in attrs if name.startswith("on")]
