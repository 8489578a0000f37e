"""What an author is told in each format: exact to the field, points that add up, and not judged is never a fail."""

import base64
import dataclasses
import json
import random
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from feedback_runs import FAIL, FORMATS, PASS, UNSUPPORTED, command, gate, gated, hidden
from report_runs import diagnosed, failing, finding
from small import record

from conformance.connection import Connection
from conformance.feedback import annotations, classroom, document, gradescope, job_summary, junit, words
from conformance.feedback.author import NotJudgedError, for_author, why_not_judged
from conformance.feedback.points import shares
from conformance.status import Status


def mixed():
    """Three of five cases are right: one is wrong, one declined; of two wrong calls one is refused."""
    other = [dataclasses.replace(record(s, number=n), case=f"values/other[{n}]", file="cases/values/other.yaml")
             for n, s in ((0, PASS), (1, UNSUPPORTED))]  # fmt: skip
    other[1] = dataclasses.replace(other[1], why="declined: no such thing")
    made = gated(
        record(PASS), failing(number=1), record(PASS, number=2), *other,
        record(PASS, asks="validation"), record(FAIL, asks="validation", number=1, why="it returned an answer"),
    )  # fmt: skip
    return diagnosed(made, finding("h0-ignored"), failing=1, reproduced=1)


def right(count=3):
    return gated(*(record(PASS, number=n) for n in range(count)))


def decoded(text):
    return json.loads(base64.b64decode(text))


UNJUDGED = {
    "Not judged: 1 of 2 cases were run.": gated(record(PASS), expected={"mine": 2}),
    "Not judged: the run was interrupted.": gated(record(PASS), complete=False),
    "Not judged: 1 of 2 cases met a suite error, which is not its fault.": gated(
        record(PASS), record(Status.SUITE_ERROR, number=1)
    ),
    "Not judged: no case was selected.": gated(),
    "NOT A VERDICT: level C keeps accidents in, not attacks, so this run is advice alone.": gated(
        record(FAIL), gate=gate(level="C", verdict=False)
    ),
}


@pytest.mark.parametrize("why", UNJUDGED)
def test_what_decides_nothing_is_in_no_format_a_pass_or_a_fail(why):
    assert why_not_judged(UNJUDGED[why]).startswith(f"{why} Nothing was decided about this submission")
    for render in FORMATS.values():
        with pytest.raises(NotJudgedError, match="this is its instructor's matter"):
            render(UNJUDGED[why])


def test_what_decides_is_judged():
    assert why_not_judged(right()) == why_not_judged(mixed()) == ""


WHY = "Not judged: no layer. This is its instructor's matter."


def test_not_judged_is_an_error_in_junit_and_no_failure():
    top = ET.fromstring(junit.not_judged(WHY))
    assert (top.get("tests"), top.get("failures"), top.get("errors")) == ("1", "0", "1")
    assert [e.get("message") for e in top.iter("error")] == [WHY]


def test_not_judged_is_no_points_at_all_for_classroom():
    result = decoded(classroom.not_judged(WHY))
    assert (result["status"], result["max_score"], result["message"]) == ("error", 0, WHY)
    assert [(t["status"], t["message"], t["score"]) for t in result["tests"]] == [("error", WHY, 0)]
    assert reported(result) is None, "points would be reported"


def test_not_judged_has_no_results_file_for_gradescope():
    assert not hasattr(gradescope, "not_judged"), (
        "without a score the platform is sent none; any file may be taken for 0"
    )


def test_not_judged_is_said_in_the_other_formats():
    assert command(annotations.not_judged(WHY).strip()) == ("error", {"title": "Not judged"}, WHY)
    assert "Not judged" in job_summary.not_judged(WHY)
    assert WHY in " ".join(words.not_judged(WHY).split())
    assert json.loads(document.not_judged(WHY)) == {"judged": False, "passed": None, "verdict": WHY}


def reported(result):
    """The points that GitHub's reporter reports, as src/notify-classroom.js adds them up; None for none."""
    total, most = 0.0, 0
    if result["max_score"]:
        most = result["max_score"]
        for test in result["tests"]:
            total += test["score"]
    return (total, most) if most else None


def test_advice_is_told_as_such_and_hides_what_is_hidden():
    weak = gated(record(PASS), hidden(FAIL, 1), gate=gate(level="C", verdict=False))
    told = words.advice(weak)
    assert told.startswith("NOT A VERDICT: mine\nNOT A VERDICT: level C keeps accidents in")
    assert "PASSED" not in told
    assert "SECRET" not in told
    with pytest.raises(NotJudgedError):
        words.advice(gated(record(PASS), complete=False, gate=gate(level="C", verdict=False)))


def test_gradescope_gets_its_fields():
    result = json.loads(gradescope.render(mixed(), 10, about={"cases/values/other.yaml": "Other things."}))
    assert set(result) == {
        "score", "execution_time", "output", "output_format", "test_output_format", "test_name_format", "visibility",
        "stdout_visibility", "extra_data", "tests",
    }  # fmt: skip
    assert (result["score"], result["execution_time"], result["extra_data"]["passed"]) == (6.0, 1.5, False)
    formats = (result["output_format"], result["test_output_format"], result["test_name_format"])
    assert formats == ("text", "text", "text"), "the platform's own default is HTML"
    assert result["stdout_visibility"] == "hidden"
    made, other = result["tests"]
    assert (made["name"], made["score"], made["max_score"], made["status"]) == ("values/made", 4.0, 6.0, "failed")
    assert "2 of 3 cases are right.\nThe simplest that is not:\nvalues/made[1]\n" in made["output"]
    assert "output is 1, but should be 2" in made["output"]
    assert (other["name"], other["score"], other["max_score"]) == ("values/other: Other things.", 2.0, 4.0)
    assert "declined: no such thing" in other["output"]
    for part in ("NOT PASSED: mine", "What h0-ignored is.", "Where h0-ignored is.", "To decline a case is not to pass"):
        assert part in result["output"]


def test_gradescope_gives_all_points_to_what_passes():
    result = json.loads(gradescope.render(right(), 10))
    assert (result["score"], result["extra_data"]["passed"]) == (10.0, True)
    assert [(t["score"], t["max_score"], t["status"]) for t in result["tests"]] == [(10.0, 10.0, "passed")]


def test_classroom_gets_its_fields():
    result = decoded(classroom.render(mixed(), 10))
    assert (result["version"], result["status"], result["max_score"]) == (3, "fail", 10)
    assert reported(result) == (6.0, 10)
    for test in result["tests"]:
        usual = {"name", "status", "test_code", "task_id", "filename", "line_no", "duration", "score"}
        assert set(test) - {"message"} == usual
        assert test["line_no"] == 0, "the reporter prints any other"
        assert "\n" not in test["name"]
    names = [(test["name"], test["status"]) for test in result["tests"]]
    assert names[0][0].startswith("NOT PASSED: mine. 6.00 of 10 points. Wrong in 1 of 5 cases")
    assert names[1:] == [
        ("values/made (2 of 3 cases are right)", "fail"),
        ("values/other (1 of 2 cases are right)", "fail"),
    ]
    assert "output is 1, but should be 2" in result["tests"][1]["test_code"]
    passing = decoded(classroom.render(right(), 2.5))
    assert (passing["status"], reported(passing)) == ("pass", (2.5, 2.5))
    assert {test["status"] for test in passing["tests"]} == {"pass"}


def test_a_result_of_classroom_fits_into_an_environment_variable():
    files = [dataclasses.replace(failing(number=n), case=f"values/{n:03}[0]", why="x" * 500) for n in range(400)]
    text = classroom.render(gated(*files), 100)
    assert len(text) < 128 << 10
    told = [test["test_code"] for test in decoded(text)["tests"]]
    assert len(told) == 401
    assert told[1], "the first failures keep their words"
    assert not told[-1], "the last lose them"
    many = gated(*(dataclasses.replace(failing(number=n), case=f"values/{n:04}[0]") for n in range(2000)))
    with pytest.raises(ValueError, match="narrow the scope"):
        classroom.render(many, 100)


@pytest.mark.parametrize("seed", range(30))
def test_points_add_up(seed):
    chance = random.Random(seed)
    points = chance.choice([1, 7, 10, 100, 0.5, 33.3])
    records = [
        dataclasses.replace(
            record(chance.choice([PASS, PASS, FAIL]), number=n), case=f"values/{chance.randrange(40)}[{n}]"
        )
        for n in range(chance.randrange(1, 600))
    ]
    view = for_author(gated(*records))
    entries = shares(view, points, {})
    assert sum(e.worth for e in entries) == Decimal(str(points))
    assert sum(e.of for e in entries) == len(records)
    assert all(e.score == e.worth if e.passed else e.score < e.worth for e in entries), "a part earned everything"
    assert all(e.score == 0 for e in entries if not e.right)
    earned = sum(e.score for e in entries)
    assert (earned == Decimal(str(points))) is view.passed
    assert (
        abs(float(earned) - points * sum(r.status is PASS for r in records) / len(records)) < points * len(entries) / 90
    )
    total, most = reported(decoded(classroom.render(gated(*records), points)))
    assert (total, most) == (float(earned), points), "the reporter's sum is not round"


def test_parts_are_rounded_down():
    two = gated(record(PASS), record(PASS, number=1), record(FAIL, number=2))
    assert [(e.score, e.worth) for e in shares(for_author(two), 10, {})] == [(Decimal("6.66"), Decimal("10.00"))]


@pytest.mark.parametrize("points", [0, -1, float("nan"), float("inf")])
def test_no_points_are_a_mistake(points):
    with pytest.raises(ValueError, match="points is .*, but should be a number greater than 0"):
        gradescope.render(right(), points)


def test_wrong_calls_give_points_only_where_they_decide():
    made = gated(record(PASS), record(FAIL, asks="validation", why="it returned an answer"))
    assert [e.name for e in shares(for_author(made), 10, {})] == ["values/made"]
    strict = json.loads(gradescope.render(made, 10, strict=True))
    assert [(t["name"], t["score"]) for t in strict["tests"]] == [("values/made", 5.0), ("validation/made", 0.0)]
    assert "Every wrong call that torch refuses has to be refused, too." in strict["output"]


def test_hidden_cases_are_one_entry_with_counts():
    result = json.loads(gradescope.render(gated(record(PASS), record(PASS, number=1), hidden(FAIL, 2)), 9))
    assert [(t["name"], t["score"], t["max_score"]) for t in result["tests"]] == [
        ("values/made", 6.0, 6.0),
        ("hidden cases", 0.0, 3.0),
    ]
    assert result["tests"][1]["output"].startswith("Hidden cases            expected       run")


ALLOWED = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": ({"name", "tests", "failures", "errors", "skipped"}, {"properties", "testcase"}),
    "properties": (set(), {"property"}),
    "property": ({"name", "value"}, set()),
    "testcase": ({"name", "classname"}, {"skipped", "error", "failure"}),
    **dict.fromkeys(("skipped", "error", "failure"), ({"type", "message"}, set())),
}


def check_junit(text):
    """Hold a document to what it uses of Jenkins' junit-10.xsd, and its counts to what stands in it."""
    top = ET.fromstring(text)
    assert top.tag == "testsuites"
    for element in top.iter():
        attributes, children = ALLOWED[element.tag]
        assert set(element.keys()) == attributes, element.tag
        assert {child.tag for child in element} <= children, element.tag
        assert len(element) <= 1 or element.tag != "testcase"
    for suite in (top, *top.iter("testsuite")):
        for name, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            if suite.get(name) is not None:
                assert suite.get(name) == str(len([*suite.iter(tag)])), name
    return top


def test_junit_is_what_jenkins_reads():
    top = check_junit(junit.render(mixed()))
    verdict, cases = top
    assert [t.get("name") for t in verdict.iter("testcase")] == ["right in every case of the scope"]
    assert len([*verdict.iter("failure")]) == 1
    found = {t.get("name"): [(r.tag, r.get("type"), r.get("message")) for r in t] for t in cases.iter("testcase")}
    assert found["values/made[0]"] == []
    assert found["values/made[1]"][0][:2] == ("failure", "fail")
    assert found["values/other[1]"] == [("skipped", "unsupported", "declined: no such thing")]
    assert found["validation/made[1]"] == [("skipped", "fail", "it returned an answer (beside the verdict)")]
    properties = {p.get("name"): p.get("value") for p in top.iter("property")}
    assert properties["skipped is a pass"].startswith("no: a case that is declined")
    assert properties["level"] == "A, on Linux"
    assert properties["sha256"] == "ab" * 32
    strict = check_junit(junit.render(mixed(), strict=True))
    assert strict.get("failures") == "3"


def test_junit_fails_where_everything_is_only_declined():
    top = check_junit(junit.render(gated(record(PASS), record(UNSUPPORTED, number=1, why="declined"))))
    assert (top.get("failures"), top.get("errors")) == ("1", "0")
    assert check_junit(junit.render(right())).get("failures") == "0"


def test_a_case_in_two_dtypes_is_two_tests():
    made = gated(record(PASS), dataclasses.replace(record(PASS), dtype="float32"))
    names = [t.get("name") for t in check_junit(junit.render(made))[1].iter("testcase")]
    assert names == ["values/made[0] (float64)", "values/made[0] (float32)"]


def test_annotations_are_at_most_nine_and_a_line_that_sums_up():
    files = [dataclasses.replace(failing(number=n), case=f"values/{n:02}[0]", why=f"off by {n}") for n in range(30)]
    made = diagnosed(gated(*files), finding("h0-ignored"))
    lines = annotations.render(made, path="src/mine.py").splitlines()
    found = [command(line) for line in lines]
    assert [name for name, _, _ in found] == ["error"] * 9 + ["notice"]
    assert found[0] == (
        "error",
        {"title": "What is wrong: h0-ignored", "file": "src/mine.py"},
        "What h0-ignored is.\nWhere to look: Where h0-ignored is.",
    )
    assert found[1][1]["title"] == "values/00: 1 of 1 cases are not right"
    assert found[-1][2].startswith("NOT PASSED: mine. Wrong in 30 of 30 cases.")
    assert found[-1][2].endswith("22 more kinds of failures are not shown here.")


def test_what_says_the_same_everywhere_is_said_once():
    files = [
        dataclasses.replace(failing(number=n), case=f"values/{n:02}[0]", why=f"off by {n // 10}") for n in range(30)
    ]
    lines = [command(line) for line in annotations.render(gated(*files)).splitlines()]
    assert [data.partition("\n")[2] for _, _, data in lines] == ["off by 0", "off by 1", "off by 2", ""]
    assert job_summary.render(gated(*files)).count("off by") == 3


def test_an_annotation_stands_at_the_line_that_raised():
    why = "forward raised ValueError at mine.py:17 (no), but should return output and h_n"
    made = gated(record(Status.ERROR, why=why))
    assert command(annotations.render(made, path="src/mine.py").splitlines()[0])[1]["line"] == "17"
    assert "line" not in command(annotations.render(made, path="src/other.py").splitlines()[0])[1]
    assert "line" not in command(annotations.render(made).splitlines()[0])[1]


def test_what_passes_has_one_notice():
    (line,) = annotations.render(right()).splitlines()
    assert command(line) == ("notice", {"title": "RNN conformance"}, "PASSED: mine. Right in all 3 cases.")


def test_the_document_says_what_programs_need():
    found = json.loads(document.render(mixed()))
    assert (found["judged"], found["passed"], found["seed"]) == (True, False, 0)
    assert found["first"]["case"] == "values/made[1]"
    assert found["mistakes"] == [{"id": "h0-ignored", "what": "What h0-ignored is.", "hint": "Where h0-ignored is."}]
    assert found["gate"] == {"level": "A", "sha256": "ab" * 32}


def test_one_that_is_not_connected_is_told_why_and_what_to_write():
    why = "mine is not connected. Write:\ndef load_state_dict(self, state):\n    self.W = 1"
    made = gated(record(Status.ERROR), connections=(Connection(implementation="mine", connected=False, why=why),))
    told = words.render(made)
    assert told.startswith("NOT PASSED: mine\nNot connected: mine is not connected. Write:\n  def")
    assert "  def load_state_dict(self, state):\n      self.W = 1\n" in told
    assert "      self.W = 1\n```" in job_summary.render(made)
    lines = annotations.render(made, path="mine.py").splitlines()
    assert [command(line)[1].get("title") for line in lines] == ["Not connected", "RNN conformance"]
    assert json.loads(gradescope.render(made, 10))["score"] == 0.0


def test_the_settings_in_which_it_fails_are_told():
    relu = [failing(number=n, settings={"nonlinearity": "relu"}) for n in range(3)]
    told = words.render(gated(*(record(PASS, number=n + 9) for n in range(3)), *relu))
    assert "nonlinearity   tanh: 0 of 3   relu: 3 of 3" in told
