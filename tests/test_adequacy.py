"""The adequacy checks: each is seen to fail with a case, or arrays, that are wrong in just that way."""

import dataclasses

import numpy as np
import pytest
from small import case

from conformance.case import Case
from conformance.lint import evidence, findings
from conformance.lint.adequacy import Evidence, Finding, examine, report
from conformance.lint.training import examine_training
from conformance.plan import Plan
from conformance.shapes import multiply_adds
from conformance.sweep import case_file, suite
from conformance.sweep.scope import parse_where
from conformance.sweep.waiver import CHECKS

GOOD = Case(id="values/x", asks="values", input_size=8, hidden_size=11, seq_len=7, batch_size=5, file="f.yaml", line=3)
RELU = dataclasses.replace(GOOD, nonlinearity="relu")
BIASES = {"bias_ih_l0": np.array([0.1, 0.2]), "bias_hh_l0": np.array([0.3, -0.2])}


def arrays(**changes):
    """Evidence of a case in which everything is as it should be, with some of it changed."""
    values = np.linspace(-1.05, 1, 40)
    good = {
        "parameters": BIASES,
        "states": np.tanh(values),
        "pre_activations": values,
        "reach": np.full(40, 1e-12),
        "moved": {"weight_ih_l0": 0.1},
        "resolution": 1e-14,
    }
    return Evidence(**good | changes)


def found(case, changes=None):
    return [(finding.check, finding.sentence) for finding in examine(case, arrays(**(changes or {})))]


@pytest.mark.parametrize("case", [GOOD, RELU, dataclasses.replace(GOOD, bidirectional=True, num_layers=2)])
def test_nothing_is_found_in_a_good_case(case):
    assert found(case) == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"seq_len": 5}, "T and B are both 5, but should differ"),
        ({"input_size": 11}, "I and H are both 11, but should differ"),
        ({"hidden_size": 7}, "T and H are both 7, but should differ"),
        ({"batch_size": 2, "num_layers": 2}, "B and L*D are both 2, but should differ"),
        ({"batch_size": 4, "num_layers": 2, "bidirectional": True}, "B and L*D are both 4, but should differ"),
        ({"seq_len": 22, "bidirectional": True}, "T and D*H are both 22, but should differ"),
        ({"calls": "repeated", "batch_size": 6}, "T and B are both 7, but should differ"),
    ],
)
def test_equal_sizes_are_found(changes, sentence):
    assert found(dataclasses.replace(GOOD, **changes)) == [("distinct_sizes", sentence)]


@pytest.mark.parametrize("batch_size", [None, 0, 1])
def test_sizes_may_be_equal_where_there_is_no_batch(batch_size):
    assert found(dataclasses.replace(GOOD, batch_size=batch_size, seq_len=11, calls="repeated")) == []


def test_hidden_size_stands_for_itself_where_there_is_one_direction():
    assert found(dataclasses.replace(GOOD, seq_len=22)) == []


def test_one_time_step_is_found():
    sentence = "seq_len is 1, but should be more, or a state that is not carried does not show"
    assert found(dataclasses.replace(GOOD, seq_len=1, num_layers=2)) == [("several_steps", sentence)]


def test_a_case_that_costs_too_much_is_found():
    large = dataclasses.replace(GOOD, hidden_size=1000)
    sentence = "the case costs 35,280,000 multiply-adds, but should cost at most 5,000,000"
    assert found(large) == [("cost", sentence)]
    long = dataclasses.replace(RELU, hidden_size=11, seq_len=2000)
    assert found(long) == [("cost", "relu pre-activations are 110,000, but should be at most 100,000")]


def test_multiply_adds_are_those_of_every_weight():
    case = dataclasses.replace(GOOD, num_layers=2, bidirectional=True)
    per_direction = (11 * 8 + 11 * 11) + (11 * 22 + 11 * 11)
    assert multiply_adds(case) == 2 * per_direction * 7 * 5


def test_equal_and_zero_biases_are_found():
    same = {"bias_ih_l1": BIASES["bias_ih_l0"], "bias_hh_l1": BIASES["bias_ih_l0"].copy()}
    assert found(GOOD, {"parameters": BIASES | same}) == [
        ("distinct_biases", "bias_ih_l1 and bias_hh_l1 are equal, but should differ")
    ]
    assert found(GOOD, {"parameters": BIASES | {"bias_hh_l0": np.zeros(2)}}) == [
        ("distinct_biases", "bias_hh_l0 is zero, but should not be")
    ]
    assert found(GOOD, {"parameters": {"weight_ih_l0": np.zeros((2, 2))}}) == []


def test_saturated_states_are_found_for_tanh():
    states = np.concatenate([np.full(20, -0.999), np.zeros(20)])
    assert found(GOOD, {"states": states}) == [
        ("saturation", "50% of the states lie beyond 0.99, but less than 50% should")
    ]
    assert found(RELU, {"states": states}) == []
    assert found(GOOD, {"states": states[1:]}) == []
    assert found(GOOD, {"states": np.full(4, 0.999)}) == [], "a share of four states is chance"


def test_relu_units_that_are_all_on_or_off_are_found():
    for values, share in [(np.full(40, 1.0), "100%"), (np.full(40, -1.0), "0%")]:
        sentence = f"{share} of the relu units are active, but 10% to 90% should be"
        assert found(RELU, {"pre_activations": values}) == [("active_units", sentence)]
        assert found(GOOD, {"pre_activations": values}) == []


@pytest.mark.parametrize("moved", [0.0, 1e-14, float("nan")])
def test_a_parameter_that_moves_nothing_is_found(moved):
    sentence = f"bias_hh_l0 moves output and h_n by {moved:.2g}, but should by more than 1e-14"
    assert found(GOOD, {"moved": {"weight_ih_l0": 0.1, "bias_hh_l0": moved}}) == [("parameters_matter", sentence)]


def test_a_relu_pre_activation_within_rounding_of_zero_is_found():
    values = np.linspace(-1.05, 1, 40)
    values[3:5] = 1e-13, -1e-12
    sentence = "2 relu pre-activations lie within rounding of zero, but none should"
    assert found(RELU, {"pre_activations": values}) == [("relu_margin", sentence)]
    assert found(GOOD, {"pre_activations": values}) == []


def test_a_sum_without_terms_is_zero_for_everyone():
    values, reach = np.linspace(-1.05, 1, 40), np.full(40, 1e-12)
    values[3] = reach[3] = 0
    assert found(RELU, {"pre_activations": values, "reach": reach}) == []


def test_an_infinite_pre_activation_is_far_from_zero():
    values, reach = np.linspace(-1.05, 1, 40), np.full(40, 1e-12)
    values[3], reach[3] = np.inf, np.inf
    assert found(RELU, {"pre_activations": values, "reach": reach}) == []


def test_nothing_is_asked_of_a_validation_case():
    assert examine(dataclasses.replace(GOOD, asks="validation", seq_len=1, passed=(("bias", 1),)), arrays()) == []


DIGITS = {
    "asks": "training", "task": "digits", "input_size": 8, "seq_len": 8, "batch_size": 5, "optimizer": "SGD", "steps": 9
}  # fmt: skip
WIDE = DIGITS | {"batch_size": 1501, "learning_rate": 0.1}
CHAOTIC = DIGITS | {
    "batch_size": 20, "hidden_size": 64, "num_layers": 2, "h_0": "given", "optimizer": "Adam", "learning_rate": 1.0,
    "dtype": "float32",
}  # fmt: skip


def test_training_is_examined_by_itself():
    sizes = DIGITS | {"learning_rate": 0.01, "optimizer": "Adam", "hidden_size": 16, "batch_size": 50, "steps": 20}
    assert examine_training(case(**sizes), 0) == []
    (unlearned,) = examine_training(case(**sizes | {"updates": "another"}), 0)
    assert unlearned.check == "learns"
    assert unlearned.sentence.endswith("but should fall to less than 95%")
    (unfit,) = examine_training(case(**WIDE), 0)
    assert (unfit.check, unfit.sentence.split(" is ")[1]) == (
        "fits_task",
        "1501, but should be at most 1500 (the images that are not held out)",
    )
    (dear,) = examine_training(case(**sizes | {"hidden_size": 400}), 0)
    assert dear.sentence.endswith("multiply-adds in all its steps, but should cost at most 200,000,000")
    (long,) = examine_training(case(**DIGITS | {"batch_size": 1, "hidden_size": 1, "steps": 20_000}), 0)
    assert (long.check, long.sentence) == ("cost", "the case takes 20,000 steps, but should take at most 10,000")


def test_a_training_case_that_costs_too_much_is_not_even_drawn(monkeypatch):
    monkeypatch.setattr("conformance.lint.training.assign", lambda *_: pytest.fail("its batches were all copied"))
    for steps in (20_000, 10**12):
        (dear,) = examine_training(case(**DIGITS | {"steps": steps}), 0)
        assert dear.check == "cost"


def test_a_training_case_in_which_rounding_decides_is_told_from_which_step_on():
    found = examine_training(case(**CHAOTIC), 0)
    (unjudged,) = (finding for finding in found if finding.check == "judged")
    assert unjudged.sentence == (
        "rounding alone parts right runs at step 1 of 9, so nothing is judged from there on, but every step should be"
    )


def test_every_check_can_be_waived_and_is_seen_to_fail_here():
    wrong = dataclasses.replace(GOOD, batch_size=1000, hidden_size=1000, seq_len=1, num_layers=1)
    of_tanh = examine(
        wrong,
        arrays(states=np.ones(40), parameters={"bias_ih_l0": np.zeros(2), "bias_hh_l0": np.zeros(2)}, moved={"b": 0.0}),
    )
    of_relu = examine(RELU, arrays(pre_activations=np.full(40, 1e-13)))
    of_training = [
        finding
        for sizes in (DIGITS | {"learning_rate": 1e-9}, WIDE, CHAOTIC)
        for finding in examine_training(case(**sizes), 0)
    ]
    assert {finding.check for finding in of_tanh + of_relu + of_training} == set(CHECKS)


# ---- what a file must change


@pytest.fixture
def file(tmp_path):
    def file(waive=""):
        path = tmp_path / "cases" / "values" / "f.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = (
            "about: x.\ndefaults: {input_size: 8, hidden_size: 9, seq_len: 7, batch_size: 5}\ninclude: [{}]\ncases: 1\n"
        )
        path.write_text(text + waive)
        return case_file.read(path, tmp_path / "cases")

    return file


def test_a_report_has_one_sentence_a_check(file):
    one, other = Finding("saturation", GOOD, "first"), Finding("saturation", GOOD, "second")
    cost = Finding("cost", GOOD, "dear")
    assert report(file(), [one, other, cost]) == [
        "f.yaml:3: saturation: first (values/x, and 1 more)",
        "f.yaml:3: cost: dear (values/x)",
    ]


def test_a_waiver_silences_its_check_alone_and_one_of_nothing_is_reported(file):
    waived = file("waive: {saturation: They are the point.}\n")
    found = [Finding("saturation", GOOD, "first"), Finding("cost", GOOD, "dear")]
    assert report(waived, found) == ["f.yaml:3: cost: dear (values/x)"]
    assert report(waived, []) == ["cases/values/f.yaml:5:9: the waiver of saturation silences nothing: take it out"]


def test_a_part_of_a_file_says_nothing_of_its_waivers(file):
    assert report(file("waive: {saturation: They are the point.}\n"), [], whole=False) == []


# ---- the evidence


@pytest.mark.parametrize("changes", [{}, {"nonlinearity": "relu", "bidirectional": True}, {"batch_size": None}])
def test_the_reference_finds_a_good_case_good(changes):
    case = dataclasses.replace(GOOD, num_layers=2, **changes)
    gathered = evidence.gather(case, seed=0)
    assert examine(case, gathered) == []
    assert gathered.states.size == 7 * (case.batch_size or 1) * 11 * 2 * case.directions
    assert set(gathered.moved) == set(gathered.parameters)


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
@pytest.mark.parametrize("special", ["nan", "inf"])
def test_one_special_value_leaves_a_good_case_good(special, nonlinearity):
    case = dataclasses.replace(GOOD, input_special=special, special_step="last", nonlinearity=nonlinearity)
    gathered = evidence.gather(case, seed=0)
    assert examine(case, gathered) == []
    assert 0 < gathered.resolution < 1e-12
    assert np.isfinite(list(gathered.moved.values())).all()


def test_a_parameter_that_moves_only_what_is_undefined_is_found():
    case = dataclasses.replace(GOOD, batch_size=None, input_special="nan")
    assert examine(case, evidence.gather(case, seed=0))[0].check == "parameters_matter"


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"input_scale": 5000.0}, "saturation"),
        ({"bias_scale": 0.0}, "distinct_biases"),
        ({"input_scale": 0.0}, "parameters_matter"),
        ({"nonlinearity": "relu", "weight_scale": 0.0, "bias": False}, "active_units"),
    ],
)
def test_the_reference_finds_a_bad_case_bad(changes, check):
    case = dataclasses.replace(GOOD, **changes)
    assert check in {finding.check for finding in examine(case, evidence.gather(case, seed=0))}


# ---- the command


@pytest.fixture
def plan(tmp_path):
    """A plan over a suite of two files: one that waives what it fails, and one that fails."""

    def plan(where=""):
        head = "about: x.\ndefaults: {input_size: 8, hidden_size: 11, seq_len: 7, batch_size: 5}\n"
        waiving = head + "include: [{}, {seq_len: 5}]\ncases: 2\nwaive: {distinct_sizes: On purpose.}\n"
        failing = head + "include: [{seq_len: 1, num_layers: 2}]\ncases: 1\n"
        wrong = head + "include: [{bias: 1}]\ncases: 1\n"
        files = {"values/waiving.yaml": waiving, "gradients/failing.yaml": failing, "validation/bias.yaml": wrong}
        for name, text in ({"suite.yaml": 'version: "1.0"'} | files).items():
            (tmp_path / "cases" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "cases" / name).write_text(text)
        return Plan(suite=suite.load(tmp_path / "cases"), scope=parse_where(where))

    return plan


def test_lint_names_the_file_the_line_and_the_check(plan):
    several, unmoved = findings.findings(plan())
    assert several.startswith("cases/gradients/failing.yaml:3: several_steps: seq_len is 1")
    assert unmoved.startswith(
        "cases/gradients/failing.yaml:3: parameters_matter: weight_hh_l0 moves output and h_n by 0"
    )


def test_lint_of_a_scope_does_not_judge_the_waivers_of_what_it_leaves_out(plan):
    assert findings.findings(plan("seq_len=7")) == []
