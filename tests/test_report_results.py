"""The HTML report: the matrix, and the results as the page's script reads them."""

import dataclasses

import pytest
from report_runs import data_of, failing, run, words
from small import record

from conformance.difference import Distance
from conformance.report.html import render
from conformance.report.matrix import matrix
from conformance.report.text import times
from conformance.status import Status
from conformance.summary import summaries

PASS, FAIL, UNSUPPORTED = Status.PASS, Status.FAIL, Status.UNSUPPORTED


@pytest.mark.parametrize(
    ("ratio", "wanted"),
    [(0, "0×"), (0.4123, "0.41×"), (1e-9, "1e-9×"), (123, "120×"), (4.2e14, "4e14×"), (float("inf"), "inf×")],
)
def test_ratios_are_short(ratio, wanted):
    assert times(ratio) == wanted


def cells(made, axis):
    block = next(block for block in matrix(summaries(made)) if block.axis == axis)
    return {row.value: row.cells[0] for row in block.rows}


def test_the_matrix_counts_each_value_of_a_setting():
    found = cells(
        run(
            record(PASS, number=0, settings={"num_layers": 1}),
            record(UNSUPPORTED, number=1, settings={"num_layers": 1}),
            failing(number=2, settings={"num_layers": 2}),
            record(UNSUPPORTED, number=3, settings={"num_layers": 10}),
        ),
        "num_layers",
    )
    assert list(found) == ["1", "2", "10"], "numbers should be in the order of numbers"
    assert [(c.passes, c.total, c.unsupported, c.symbol) for c in found.values()] == [
        (1, 2, 1, "◐"),
        (0, 1, 0, "✗"),
        (0, 1, 1, "–"),
    ]
    assert found["2"].ratio == "1e15×"


def test_the_worst_of_several_ratios_may_be_none_at_all():
    distances = {
        "output": Distance(error=float("nan"), tolerance=1.0, ratio=float("nan")),
        "h_n": Distance(error=0.5, tolerance=1.0, ratio=0.5),
    }
    found = cells(run(record(FAIL, distances=distances), record(PASS, number=1)), "asks")
    assert found["values"].ratio == "nan×"


def test_settings_of_validation_cases_do_not_count():
    made = run(record(PASS, settings={"num_layers": 1}), record(PASS, asks="validation", settings={"num_layers": 0}))
    assert list(cells(made, "num_layers")) == ["1"]
    assert list(cells(made, "asks")) == ["values", "validation"]


def test_failures_are_listed_first_and_the_simplest_of_them_first():
    found = [record(PASS), record(FAIL, number=9), record(UNSUPPORTED, number=1), record(FAIL, number=3)]
    suite = record(Status.SUITE_ERROR, number=8)
    data = data_of(render(run(*found, suite)))
    ids = [data["cases"][row[1]][0] for row in data["results"]]
    assert ids == [f"values/made[{n}]" for n in (8, 3, 9, 1, 0)]


def test_data_keeps_what_json_has_no_number_for():
    row = data_of(render(run(failing())))["results"][0]
    assert row[-1] == ["output", 1e-15, [0.0, 1.0, "nan", "inf"]]


def test_without_scripts_the_failures_are_there():
    page = render(run(*(record(FAIL, number=n, why=f"sentence {n}") for n in range(60))))
    listed = words(page, "noscript")
    assert "the first 50 of 60 failures" in listed
    assert "sentence 49" in listed
    assert "sentence 50" not in listed


def test_thousands_of_results_stay_small():
    base = record(PASS, asks="gradients").settings
    tensors = ("output", "h_n", "input", "h_0", *(f"weight_ih_l{n}" for n in range(8)))
    distances = {name: Distance(error=1.23456789e-16, tolerance=3.3333333e-15, ratio=0.037037037) for name in tensors}
    records = []
    for number in range(4_000):
        one = failing(number=number) if number % 4 == 0 else record(PASS, asks="gradients", number=number)
        settings = base | {"num_layers": number % 4 + 1, "bidirectional": number % 2 == 0}
        records.append(
            dataclasses.replace(one, settings=settings, why=one.why and f"{number}: {one.why}", distances=distances)
        )
    size = len(render(run(*records)).encode())
    assert size < 600 * len(records), f"the page is {size:,} bytes"
