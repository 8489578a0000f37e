"""The verdict line, the verdict and the exit code."""

import dataclasses

import pytest
from small import header, record

from conformance.connection import Connection
from conformance.finding import Diagnosis, Finding
from conformance.record import Run
from conformance.status import Status
from conformance.summary import exit_code, summaries


def summary(*records, expected=None, connection=None, diagnosis=None, **planned):
    made = header(mine=len(records) if expected is None else expected)
    made = dataclasses.replace(made, implementations=(dataclasses.replace(made.implementations[0], **planned),))
    connections = (connection,) if connection else ()
    diagnoses = (diagnosis,) if diagnosis else ()
    run = Run(header=made, connections=connections, records=records, complete=True, seconds=0, diagnoses=diagnoses)
    return summaries(run)[0]


def several(*statuses, **fields):
    return [record(status, number=number, **fields) for number, status in enumerate(statuses)]


def code(*made, finished=True, **options):
    return exit_code(made, finished=finished, **options)


PASS, FAIL, UNSUPPORTED = Status.PASS, Status.FAIL, Status.UNSUPPORTED


def test_right_in_everything():
    found = summary(*several(PASS, PASS), *several(PASS, asks="gradients"))
    assert (found.conforms, found.conforms_where_supported, found.success) == (True, True, True)
    assert found.verdict == "Right in all 3 cases."
    assert code(found) == 0


def test_right_in_what_it_offers():
    offered = several(PASS, settings={"bidirectional": False})
    declined = [
        record(UNSUPPORTED, number=7, settings={"bidirectional": True}),
        record(UNSUPPORTED, asks="gradients", settings={"bidirectional": False}),
    ]
    found = summary(*offered, *declined)
    assert (found.conforms, found.conforms_where_supported) == (False, True)
    assert found.verdict == "Right in all 1 case it offers (of 3); does not offer: gradients, bidirectional."
    assert code(found) == 0
    assert code(found, complete=True) == 1


def test_wrong():
    found = summary(*several(PASS, FAIL, Status.ERROR))
    assert not found.conforms_where_supported
    assert found.verdict == "Wrong in 2 of 3 cases."
    assert found.first.case == "values/made[1]"
    assert code(found) == 1


def test_declining_everything_is_not_success():
    found = summary(*several(UNSUPPORTED, UNSUPPORTED))
    assert not found.conforms_where_supported
    assert found.verdict.startswith("Offers none of 2 cases")
    assert code(found) == 1


def test_passing_gradients_cases_alone_is_not_success():
    found = summary(*several(UNSUPPORTED), *several(PASS, asks="gradients"))
    assert not found.conforms_where_supported


def test_a_lost_case_cannot_be_green():
    found = summary(*several(PASS, PASS), expected=3)
    assert (found.run, found.expected, found.counts["not-run"]) == (2, 3, 1)
    assert (found.conforms, found.conforms_where_supported, found.success) == (False, False, False)
    assert found.verdict == "Not judged: 2 of 3 cases were run."
    assert code(found) == 3


def test_a_suite_error_is_no_verdict():
    found = summary(*several(PASS, Status.SUITE_ERROR))
    assert "met a suite error" in found.verdict
    assert code(found) == 3


def test_an_interrupted_run_is_3_even_if_nothing_was_wrong():
    assert code(summary(*several(PASS)), finished=False) == 3


def test_nothing_selected_is_5():
    assert code(summary()) == 5


def test_three_over_one_and_the_worst_of_several():
    right, wrong, lost = summary(*several(PASS)), summary(*several(FAIL)), summary(*several(PASS), expected=2)
    assert code(right, wrong) == 1
    assert code(right, wrong, lost) == 3
    assert code(right, right) == 0


def test_every_status_is_counted_zeros_too():
    assert set(summary(*several(PASS)).counts) == {status.value for status in Status}


@pytest.mark.parametrize("status", [Status.CRASH, Status.TIMEOUT, Status.MEMORY, Status.STALE, Status.ERROR])
def test_every_kind_of_wrong_is_wrong(status):
    found = summary(*several(PASS, status))
    assert not found.conforms_where_supported
    assert code(found) == 1


def test_validation_is_reported_beside_and_blocks_with_strict():
    found = summary(*several(PASS), *several(PASS, FAIL, asks="validation", torch_type=True))
    assert (found.conforms, found.validates) == (True, False)
    assert "refuses 1 of 2 wrong calls that torch refuses, 1 with torch's own type" in found.validation_line
    assert found.verdict == "Right in all 1 case."
    assert code(found) == 0
    assert code(found, strict=True) == 1
    assert not summary(*several(PASS)).validates


def test_known_differences_do_not_block_but_are_no_conformance():
    found = summary(*several(PASS, Status.KNOWN))
    assert (found.conforms_where_supported, found.success) == (False, True)
    assert "with 1 known differences" in found.verdict
    assert code(found) == 0


def test_a_known_difference_that_matches_nothing_blocks():
    assert not summary(*several(PASS), stale=("values/gone*",)).success


def test_not_connected_is_said_alone():
    connection = Connection(implementation="mine", connected=False, why="mine is not connected: no arrays")
    found = summary(*several(Status.ERROR, Status.ERROR), connection=connection)
    assert found.verdict == "mine is not connected: no arrays"
    assert code(found) == 1


EXPECTED = {"conforms_where_supported": False, "connected": True, "faults": [], "unnamed": []}


def test_a_met_expectation_is_a_success():
    assert summary(*several(FAIL), expectation=EXPECTED).success


def test_an_unmet_expectation_is_not():
    found = summary(*several(PASS), expectation=EXPECTED)
    assert not found.success
    assert found.expectation_note == "conforms_where_supported is true, but should be false"
    named = summary(*several(FAIL), expectation=EXPECTED | {"faults": ["h0-ignored"]})
    assert not named.success
    assert "h0-ignored" in named.expectation_note


def named(*faults, failing=2, reproduced=2, **fields):
    found = {"value": "", "what": "", "hint": "", "where": "", "explains": 1, "simplest": ""}
    findings = tuple(Finding(id=fault, **found) for fault in faults)
    return Diagnosis(implementation="mine", findings=findings, failing=failing, reproduced=reproduced, **fields)


def note(diagnosis, **expectation):
    return summary(*several(FAIL, FAIL), expectation=EXPECTED | expectation, diagnosis=diagnosis).expectation_note


def test_a_diagnosis_belongs_to_its_implementation():
    found = named("h0-ignored")
    assert summary(*several(FAIL), diagnosis=found).diagnosis is found
    assert summary(*several(FAIL), diagnosis=dataclasses.replace(found, implementation="other")).diagnosis is None


def test_the_faults_named_must_be_just_the_expected_ones():
    assert note(named("b", "a"), faults=["a", "b"]) == ""
    assert note(named("a"), faults=["a", "b"]) == "the faults named are a, but a, b should be"
    assert note(named("a", "b"), faults=["a"]) == "the faults named are a, b, but a should be"
    assert note(named("a"), faults=[]) == "the faults named are a, but none should be"
    assert note(None, faults=["a"]) == "no fault is named, but a should be"
    assert note(named("a"), faults=None) == ""


def test_faults_that_cannot_be_told_apart_share_their_name():
    same = named("a", equivalents=("b", "c + d"))
    assert note(same, faults=["b"]) == note(same, faults=["d", "c"]) == ""
    assert note(same, faults=["c"]) != ""
    assert note(same, faults=["a", "b"]) != ""


def test_what_stays_unexplained_must_be_listed_as_unnamed():
    partly = named("a", failing=5, reproduced=2)
    assert note(partly, faults=["a"]) == "3 of 5 wrong cases stay unexplained, but none should: unnamed is empty"
    assert note(partly, faults=["a"], unnamed=["it raises where there is no batch"]) == ""
    assert note(named("a", failing=5, reproduced=0), faults=["a"]) == "", "it was told by behaviour"
    assert note(named("a"), faults=["a"], unnamed=["b"]) == "", "a fault may be hidden by another"
    assert note(named("a"), faults=None, unnamed=["a"]) == "a is named, but should not be: it is listed under unnamed"


def test_the_simplest_failure_comes_first_and_validation_last():
    found = summary(
        record(FAIL, number=9), record(FAIL, number=2), record(FAIL, asks="validation", number=0), record(PASS)
    )
    assert [r.case for r in found.wrong] == ["values/made[2]", "values/made[9]", "validation/made[0]"]
