"""Training cases as people see them: what the page's script reads of their curves, the card, and the terminal."""

import dataclasses
import math
import re
import shlex

import pytest
from report_runs import data_of, failing, run, trained, words
from small import record

from conformance.report.axis import AXES
from conformance.report.html import render as page_of
from conformance.report.shapes import shapes
from conformance.report.terminal import render
from conformance.status import Status

PASS, FAIL = Status.PASS, Status.FAIL


def curves(*records):
    """The rows of the shared curves, and each training result's own."""
    data = data_of(page_of(run(*records)))
    return data, [row[10] for row in data["results"] if len(row) > 10]


def unstyled(text):
    return re.sub("\x1b\\[[0-9;]*m", "", text)


def test_differences_survive_the_shortening_of_the_losses():
    close = {"torch": (1.23456789, 1.0), "losses": (1.23456789 + 2e-16, 1.0), "tolerances": (1e-15, 1.23456789e-17)}
    data, [(which, losses, differences, *_)] = curves(trained(curve=close))
    assert losses == data["curves"][which][0] == [1.2346, 1.0]
    assert differences == [2.2204e-16, 0.0]
    assert data["curves"][which][1] == [1e-15, 1.2346e-17]


def test_the_losses_of_torch_stand_there_once_for_all():
    data, own = curves(trained(), trained(FAIL, implementation="other"), trained(number=1))
    assert len(data["curves"]) == 1
    assert [row[0] for row in own] == [0, 0, 0]
    assert min(data["texts"][row[4]] for row in own) == "the sea was calm\n  and the wind"
    assert [row[3] for row in own].count(0.8722) == 1


def test_a_curve_that_ends_early_or_in_no_number_stays_so():
    end = {"losses": (2.3, math.nan, math.inf), "accuracy": None, "sample": ""}
    data, [(which, losses, differences, accuracy, sample)] = curves(trained(Status.ERROR, curve=end))
    assert (losses, differences) == ([2.3, "nan", "inf"], [0.0, "nan", "inf"])
    assert len(data["curves"][which][0]) == 36
    assert (accuracy, data["texts"][sample]) == (None, "")


def test_results_without_a_curve_have_no_column_for_it():
    data = data_of(page_of(run(record(PASS), trained())))
    assert sorted(len(row) for row in data["results"]) == [10, 11]


def test_a_thousand_curves_stay_small():
    torch = trained().curve.torch * 2
    own = {"torch": torch, "losses": tuple(n * (1 + 1e-15) for n in torch), "tolerances": tuple(1e-15 for _ in torch)}
    bare = page_of(run(*(dataclasses.replace(trained(number=n), curve=None) for n in range(1000))))
    page = page_of(run(*(trained(number=n, curve=own) for n in range(1000))))
    each = (len(page.encode()) - len(bare.encode())) / 1000
    assert each < 1800, f"a curve of {len(torch)} steps takes {each:.0f} bytes"


def test_training_has_its_own_settings_as_axes_and_others_have_them_not():
    found = {axis.name: axis.values([trained(), record(PASS), record(PASS, asks="gradients")]) for axis in AXES}
    assert found["asks"] == ("values", "gradients", "training")
    assert (found["task"], found["optimizer"]) == (("digits",), ("Adam",))
    assert found["num_layers"] == ("1",), "the network's settings count for training too"
    without = data_of(page_of(run(record(PASS))))
    assert not {"task", "optimizer"} & {name for name, _ in without["axes"]}
    assert "optimizer" not in words(page_of(run(record(PASS))), ".matrix")


def test_the_shapes_are_those_of_each_step():
    assert shapes(trained()).startswith("at each step: input (5, 2, 3) -> output (5, 2, 4)")


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"origin": "my rnn.py"}, "rnn-conformance check 'my rnn.py' --case 'training/made[2]'"),
        ({}, ""),
    ],
)
def test_what_cannot_be_reproduced_alone_is_not_promised(fields, wanted):
    made = run(record(PASS), trained(FAIL, number=2), **fields)
    text, card = unstyled(render(made)), words(page_of(made), "article")
    assert "Simplest failing case training/made[2]" in card
    for seen in (text, card):
        assert "the loss at step 7" in " ".join(seen.split())
        assert "without this harness" not in seen
        assert "--script" not in seen
        assert "rnn-conformance explain" not in seen
        assert ("rnn-conformance check" in seen) == ("--case" in seen) == bool(wanted)
        assert wanted in seen


def test_the_command_runs_the_case_that_it_names(capfd):
    from conformance.cli import cli
    from conformance.cli.supervise import run_here

    made = run(trained(FAIL, number=2), origin="my_rnn.py")
    made = dataclasses.replace(
        made, header=dataclasses.replace(made.header, seed=3, scope={"dtype": "float32", "case": "", "where": ""})
    )
    (line,) = [line.strip() for line in unstyled(render(made)).splitlines() if "rnn-conformance check" in line]
    _, *typed = shlex.split(line)
    assert typed == ["check", "my_rnn.py", "--seed", "3", "--case", "training/made[2]", "--dtype", "float64"]
    assert run_here(cli, typed) == 5, "there is no such case, but there are such options"
    assert "none of" in capfd.readouterr().err


def test_values_and_gradients_still_get_their_script():
    made = run(failing(number=1), trained(FAIL, number=2), origin="my_rnn.py")
    text = unstyled(render(made))
    assert "reproduce it without this harness:" in text
    assert "rnn-conformance explain my_rnn.py" in text


def test_what_complete_asks_for_fits_the_terminal():
    text = unstyled(render(run(record(PASS), trained(Status.UNSUPPORTED)), complete=True))
    assert "asks for every values, gradients and training case to pass." in " ".join(text.split())
    assert max(map(len, text.splitlines())) < 80
