"""A failing case is made as small as it can be, and what is printed of it can be checked by hand."""

import dataclasses
import functools
import itertools
import random
import re
import runpy
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from small import case, fresh_runner

from conformance import shrink, walkthrough
from conformance.adapters import adapt
from conformance.cli import cli
from conformance.cli.supervise import run_here
from conformance.discovery import load, parse
from conformance.expected import expect
from conformance.oracle import oracle
from conformance.question import ask, build_reference
from conformance.record import Record
from conformance.runner import Subject
from conformance.script import write
from conformance.shrink.search import TRIES
from conformance.status import Layer, Status
from conformance.sweep import suite
from conformance.walkthrough import forward_step, gradient_step
from conformance.walkthrough.trace import trace

SUBJECTS = Path(__file__).parent / "subjects"
ROOT = SUBJECTS.parents[1]

BIG = {"input_size": 3, "hidden_size": 4, "seq_len": 5, "batch_size": 3}
ONES = {"input_size": 1, "hidden_size": 1, "seq_len": 1, "batch_size": 1, "num_layers": 1}
DEEP = {"num_layers": 2, "bidirectional": True, "batch_first": True, "h_0": "given"}

#: A subject of wrong/, the settings in which it is found wrong, and the smallest settings in which it still is.
SMALLEST = {
    "state_not_carried": (DEEP, {"seq_len": 2}),
    "bias_hh_unread": (DEEP, {}),
    "weight_hh_transposed": ({"num_layers": 2}, {"seq_len": 2, "hidden_size": 2}),
    "nonlinearity_ignored": ({"nonlinearity": "relu", **DEEP}, {"nonlinearity": "relu"}),
    "h_0_first_layer_reused": (DEEP, {"num_layers": 2, "h_0": "given"}),
    "layers_share_weights": ({"num_layers": 4}, {"num_layers": 3}),
    "layer_reads_input_again": ({"input_size": 4, "num_layers": 2}, {"num_layers": 2}),
    "reverse_not_restored": (DEEP, {"seq_len": 2, "bidirectional": True}),
    "h_n_direction_major": (DEEP, {"num_layers": 2, "bidirectional": True}),
    "directions_interleaved": (DEEP, {"batch_size": 2, "bidirectional": True}),
    "batch_first_ignored": (DEEP | {"h_0": "absent"}, {"batch_size": 2, "batch_first": True}),
    "unbatched_keeps_batch_axis": ({"batch_size": None, **DEEP}, {"batch_size": None}),
    "unbatched_refused": ({"batch_size": None, **DEEP}, {"batch_size": None}),
    "returns_lists": (DEEP, {}),
    "input_changed": (DEEP, {}),
    "state_kept_between_calls": ({"calls": "repeated", "num_layers": 2}, {"calls": "repeated"}),
    "grad_accumulated": ({"calls": "repeated", **DEEP, "h_0": "absent"}, {"calls": "repeated"}),
    "grad_time_not_carried": (DEEP, {"seq_len": 2}),
    "grad_weight_hh_untransposed": (DEEP, {"h_0": "given", "hidden_size": 2}),
    "grad_batch_averaged": (DEEP, {"batch_size": 2}),
    "grad_layers_unconnected": (DEEP, {"num_layers": 2}),
    "grad_input_of_one_direction": (DEEP, {"bidirectional": True}),
    "grad_h_0_missing": (DEEP, {"h_0": "given"}),
    "grad_batch_first_forgotten": ({**DEEP, "seq_len": 3}, {"batch_first": True, "seq_len": 2, "batch_size": 2}),
    "long_sequences_cut": ({"seq_len": 130}, {"seq_len": 101}),
}


@functools.cache
def implementation(name, folder="wrong"):
    return load(parse(str(SUBJECTS / folder / f"{name}.py")))


def start(name):
    return case(**BIG | SMALLEST[name][0])


@functools.cache
def smallest(name):
    """The case that one subject's failure is reduced to, and the records of both."""
    runner, subject = fresh_runner(), Subject(implementation(name))
    record = runner.record(start(name), subject)
    assert shrink.failure_of(record) is not None, f"{name} does not fail: {record.status} {record.why}"
    small = shrink.shrink(start(name), shrink.StillFails(runner, subject, record))
    return small, record, runner.record(small, subject)


def page(small, tested):
    return list(walkthrough.lines(walkthrough.attempt(small, 0, oracle(), tested)))


# Shrinking.


@pytest.mark.parametrize("name", SMALLEST)
def test_a_failure_is_reduced_to_the_smallest_case_that_fails_alike(name):
    small, before, after = smallest(name)
    wanted = case(**ONES | SMALLEST[name][1]).settings() | {"digits": small.digits}
    assert small.settings() == wanted, f"{name} is shrunk to {small.id}"
    assert shrink.failure_of(after) == shrink.failure_of(before), f"{before.why}; {after.why}"


@pytest.mark.parametrize("name", [name for name in SMALLEST if not name.startswith("grad_")])
def test_gradients_are_asked_for_only_where_they_are_wrong(name):
    assert smallest(name)[0].asks == "values"


@pytest.mark.parametrize("name", [name for name in SMALLEST if name.startswith("grad_")])
def test_wrong_gradients_stay_wrong_gradients(name):
    assert smallest(name)[0].asks == "gradients"


def test_the_numbers_are_short_enough_to_type():
    for name in SMALLEST:
        small, _, _ = smallest(name)
        assert small.digits in (1, 2), f"{small.id} of {name} has long numbers"


def test_shrinking_is_deterministic_and_its_result_stays():
    small, record, _ = smallest("weight_hh_transposed")
    subject = Subject(implementation("weight_hh_transposed"))
    again = shrink.shrink(small, shrink.StillFails(fresh_runner(), subject, record))
    assert again is small
    other = shrink.shrink(start("weight_hh_transposed"), shrink.StillFails(fresh_runner(), subject, record))
    assert other == small


def test_equal_cases_have_equal_numbers_whatever_they_were_shrunk_from():
    always = lambda _: True  # noqa: E731
    assert shrink.shrink(case(**BIG), always) == shrink.shrink(case(**DEEP), always)


def test_what_always_fails_ends_at_the_smallest():
    found = shrink.shrink(case(**BIG | DEEP | {"nonlinearity": "relu", "bias": False}), lambda _: True)
    assert found.settings() == case(asks="values", **ONES).settings() | {"digits": 1}
    assert found.asks == "values"


def test_what_never_fails_stays_as_it_is():
    tried = []
    given = case(**BIG | DEEP)
    assert shrink.shrink(given, tried.append) is given
    assert len(tried) <= TRIES


def test_no_case_is_run_twice_and_none_beyond_the_last_try():
    def count(tries):
        tried = []
        fails = lambda c: c.seq_len > 2 and c.hidden_size > 1 and c.digits is None  # noqa: E731
        shrink.shrink(case(**BIG | DEEP), lambda c: tried.append(c) or fails(c), tries)
        assert len(set(tried)) == len(tried), "a case was run twice"
        return len(tried)

    assert 5 < count(TRIES) < TRIES
    assert count(5) == 5


@pytest.mark.parametrize("seed", range(20))
def test_what_fails_at_random_ends_at_a_case_that_failed(seed):
    toss, failed, tried = random.Random(seed), [], []

    def still_fails(candidate):
        tried.append(candidate)
        if toss.random() < 0.3:
            failed.append(candidate)
            return True
        return False

    given = case(**BIG | DEEP | {"seq_len": 1000, "hidden_size": 1000})
    found = shrink.shrink(given, still_fails)
    assert len(tried) <= TRIES
    assert found in (failed or [given])


def test_every_step_is_towards_the_simplest():
    steps = [start("grad_weight_hh_untransposed")]
    subject = Subject(implementation("grad_weight_hh_untransposed"))
    fails = shrink.StillFails(fresh_runner(), subject, smallest("grad_weight_hh_untransposed")[1])
    shrink.shrink(steps[0], lambda c: fails(c) and (steps.append(c) or True))
    assert len(steps) > 5
    for before, after in itertools.pairwise(steps):
        old, new = ({"asks": c.asks, **c.settings()} for c in (before, after))
        differs = {name: (old[name], new[name]) for name in old if old[name] != new[name]}
        assert len(differs) == 1, differs
        assert not any(isinstance(a, int) and isinstance(b, int) and b > a for a, b in differs.values()), differs


def test_a_case_that_cannot_be_halved_is_still_reduced_to_its_edge():
    found = shrink.shrink(case(seq_len=200, asks="values"), lambda c: c.seq_len >= 101)
    assert found.seq_len == 101


def test_a_failure_of_another_kind_does_not_count():
    """One that drops size-one axes and does not carry its state: the wrong number is not reduced to a wrong shape."""
    runner, subject = fresh_runner(), Subject(adapt(_squeezing(), "both"))
    record = runner.record(case(**BIG, asks="values"), subject)
    assert record.layer is Layer.VALUE
    small = shrink.shrink(case(**BIG, asks="values"), shrink.StillFails(runner, subject, record))
    assert runner.record(small, subject).layer is Layer.VALUE
    assert min(small.seq_len, small.batch_size, small.hidden_size) > 1


def _squeezing():
    """The reference, squeezed, with W_hh left out."""
    from conformance import reference

    class RNN(reference.RNN):
        def load_state_dict(self, state):
            super().load_state_dict({n: a * 0 if n.startswith("weight_hh") else a for n, a in state.items()})

        def forward(self, input, h_0=None):
            output, h_n = super().forward(input, h_0)
            return output.squeeze(), h_n

    return RNN


def test_a_suite_error_never_counts_as_a_failure():
    wrong = Record(implementation="mine", case="a", asks="values", dtype="float64", status=Status.SUITE_ERROR)
    assert shrink.failure_of(wrong) is None
    assert shrink.failure_of(dataclasses.replace(wrong, status=Status.PASS)) is None
    assert shrink.failure_of(dataclasses.replace(wrong, status=Status.UNSUPPORTED)) is None


def test_exceptions_are_told_apart_by_stage_and_type():
    def failing(why):
        return shrink.failure_of(
            Record(implementation="mine", case="a", asks="values", dtype="float64", status=Status.ERROR, why=why)
        )

    here = failing("forward raised ValueError at my_rnn.py:3 (no), but should return output and h_n")
    assert here == failing("forward raised ValueError at my_rnn.py:9 (never), but should return output and h_n")
    assert here != failing("forward raised KeyError at my_rnn.py:3 (no), but should return output and h_n")
    assert here != failing("construct raised ValueError at my_rnn.py:3 (no), but should return output and h_n")
    assert here != failing("forward, call 2 of 5 raised ValueError at my_rnn.py:3, but should return output and h_n")


def test_a_validation_case_stays_as_it_is():
    given = case(asks="validation", extra="colour")
    assert shrink.shrink(given, lambda _: True) is given


# The arithmetic that is printed.

CONFIGURATIONS = [
    {},
    {"nonlinearity": "relu", "h_0": "given"},
    {"bias": False, "num_layers": 2},
    {"bidirectional": True, "num_layers": 2, "h_0": "given"},
    {"bidirectional": True, "batch_first": True, "nonlinearity": "relu"},
    {"batch_size": None, "bidirectional": True, "h_0": "given"},
    {"dtype": "float32"},
]


@pytest.mark.parametrize("settings", CONFIGURATIONS, ids=str)
def test_every_state_by_hand_is_the_references(settings):
    wanted = expect(ask(case(**settings), 0), oracle()).calls[0]
    scans = trace(wanted.case, wanted.arguments)
    assert len(scans) == wanted.case.num_layers * wanted.case.directions
    for scan in scans:
        for step, batch, unit in np.ndindex(scan.h[1:].shape):
            by_hand = forward_step.state(scan, step, batch, unit).result
            assert by_hand == pytest.approx(scan.h[step + 1, batch, unit], rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("settings", CONFIGURATIONS, ids=str)
def test_every_gradient_by_hand_is_torchs(settings):
    wanted = expect(ask(case(**settings), 0), oracle()).calls[0]
    scans = trace(wanted.case, wanted.arguments)
    for name, tensor in wanted.tensors.items():
        for index in np.ndindex(tensor.truth.shape) if name not in ("output", "h_n") else ():
            by_hand = gradient_step.gradient(wanted.case, scans, name, index)
            assert by_hand.result == pytest.approx(float(tensor.truth[index]), rel=1e-6, abs=1e-9), (name, index)
            total = sum(np.prod(product) for line in by_hand.lines for product in line.products)
            assert total == pytest.approx(by_hand.result, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("settings", CONFIGURATIONS, ids=str)
def test_what_is_carried_back_makes_da(settings):
    given = case(**settings)
    for scan in trace(given, expect(ask(given, 0), oracle()).calls[0].arguments):
        slope = (scan.h[1:] > 0) if scan.relu else 1 - scan.h[1:] ** 2
        np.testing.assert_allclose((scan.back.dy + scan.back.carry) * slope, scan.back.da, rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(scan.back.da[0] @ scan.weights[1], scan.back.dh_0, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", ["state_not_carried", "weight_hh_transposed", "h_0_first_layer_reused"])
def test_the_printed_calculation_comes_out_on_a_pocket_calculator(name):
    small, _, _ = smallest(name)
    lines = page(small, implementation(name))
    formula = next(number for number, line in enumerate(lines) if "(h: the state before)" in line)
    found = {}
    for line in lines[formula + 1 :]:
        if match := re.fullmatch(r" {4}(x W_ih\^T|h W_hh\^T|b_ih|b_hh|a|tanh\(a\)) *= (.*)", line):
            name_, right = match[1], match[2].split(" = ")
            found[name_] = float(right[-1])
            if len(right) == 2:
                assert eval(right[0].replace("·", "*")) == pytest.approx(found[name_], rel=1e-5)
    assert len(found) == 6, lines
    terms = [found[name_] for name_ in ("x W_ih^T", "h W_hh^T", "b_ih", "b_hh")]
    assert sum(terms) == pytest.approx(found["a"], abs=1e-5)
    assert np.tanh(found["a"]) == pytest.approx(found["tanh(a)"], abs=1e-5)
    marked = next(line for line in lines if "first wrong" in line and line.startswith("    "))
    assert float(marked.split("✗")[0].split()[-2]) == pytest.approx(found["tanh(a)"], abs=1e-9)


# The page.


@pytest.mark.parametrize("name", SMALLEST)
def test_the_page_fits_two_screens_of_80_columns(name):
    lines = page(smallest(name)[0], implementation(name))
    assert max(map(len, lines)) < 80, max(lines, key=len)
    assert len(lines) <= 60
    assert any(line.startswith("Verdict: ") for line in lines)
    assert not any("does not fail" in line for line in lines)


def test_the_first_wrong_number_is_marked_once_and_is_the_verdicts():
    shown = 0
    for name in SMALLEST:
        small, _, record = smallest(name)
        marked = [line for line in page(small, implementation(name)) if "✗ first wrong" in line]
        assert len(marked) == (record.place is not None), (name, marked)
        if marked:
            shown += 1
            got = float(marked[0].split("✗")[0].split()[-1])
            assert got == pytest.approx(record.place.got, rel=1e-5), name
    assert shown > 10


def test_states_of_every_layer_and_direction_are_shown_but_only_what_is_seen_of_them():
    small, _, _ = smallest("h_n_direction_major")
    lines = page(small, implementation("h_n_direction_major"))
    first = lines.index(next(line for line in lines if line.startswith("  layer 0, forward")))
    rows = [line.split("  ") for line in lines[first : first + 16]]
    assert [line.strip() for line in lines[first : first + 16 : 4]][1:] == [
        "layer 0, reverse",
        "layer 1, forward",
        "layer 1, reverse",
    ]
    numbers = [len([cell for cell in row if re.fullmatch(r" *-?\d[\d.e-]*", cell)]) for row in rows]
    # Initial state, one time step and h_n of each: of the lower layer only h_n is seen.
    assert numbers == [0, 1, 1, 2, 0, 1, 1, 2, 0, 1, 2, 2, 0, 1, 2, 2]
    assert any("which is the number of layer 1, forward, time step 0" in line for line in lines)


def test_right_numbers_are_not_marked():
    small, _, _ = smallest("state_not_carried")
    lines = page(small, implementation("state_not_carried"))
    steps = {line.split("  ")[2]: "✗" in line for line in lines if re.match(r" {4}(time step|h_n) ?", line)}
    assert steps == {"time step 0": False, "time step 1": True, "h_n": True}


def test_the_same_numbers_on_every_machine():
    small, _, _ = smallest("state_not_carried")
    lines = page(small, implementation("state_not_carried"))
    assert small.id == "shrunk/values[input_size=1,hidden_size=1,seq_len=2,batch_size=1,digits=1]"
    assert "\n".join(lines[3:9]) == (
        "  weight_ih_l0  (1, 1)      -0.5\n"
        "  weight_hh_l0  (1, 1)       0.9\n"
        "  bias_ih_l0    (1,)        -0.6\n"
        "  bias_hh_l0    (1,)         0.1\n"
        "  input         (2, 1, 1)    0.3   time step 0\n"
        "                             0.5   time step 1"
    )
    assert "    tanh(a)  = -0.852301" in lines


def test_a_wrong_shape_is_shown_beside_the_right_one():
    text = "\n".join(page(smallest("unbatched_keeps_batch_axis")[0], implementation("unbatched_keeps_batch_axis")))
    assert re.search(r"output +\(1, 1\) +\(1, 1, 1\) +✗", text), text


def test_what_is_missing_or_no_array_is_said():
    text = "\n".join(page(smallest("grad_h_0_missing")[0], implementation("grad_h_0_missing")))
    assert re.search(r"gradient of h_0 +\(1, 1, 1\) +missing +✗", text), text
    text = "\n".join(page(smallest("returns_lists")[0], implementation("returns_lists")))
    assert re.search(r"output +\(1, 1, 1\) +a list of 1 +✗", text), text


def test_every_call_that_counts_is_shown():
    lines = page(smallest("state_kept_between_calls")[0], implementation("state_kept_between_calls"))
    assert "  output, h_n = rnn(input)   # 4 calls, one after another" in lines
    assert sum("input, call " in line for line in lines) == 4
    assert "The states step by step of call 4:" in lines


@pytest.mark.parametrize("name", ["long_sequences_cut", "weight_hh_transposed", "grad_weight_hh_untransposed"])
def test_a_case_that_stays_large_is_shown_in_part(name):
    big = case(**BIG | {"hidden_size": 40, "input_size": 20, "seq_len": 120, "batch_size": 7})
    lines = page(big, implementation(name))
    assert max(map(len, lines)) < 80, max(lines, key=len)
    assert len(lines) < 70
    assert any("numbers, written out by --script" in line for line in lines)


def test_hostile_text_does_not_reach_the_terminal():
    class RNN:
        def __init__(self, input_size, hidden_size, **others): ...

        def load_state_dict(self, state): ...

        def forward(self, input, h_0=None):
            raise ValueError("\x1b[31mred\u202e")

    text = "\n".join(page(case(asks="values"), adapt(RNN, "hostile")))
    assert "forward raised ValueError" in text
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_one_that_fails_no_more_is_not_explained():
    text = " ".join(page(case(), adapt(type(build_reference(case())), "right")))
    assert "Run once more, this does not fail" in text


# The script.


def test_the_script_of_the_small_case_fails_in_a_process_of_its_own(tmp_path):
    script = tmp_path / "repro.py"
    write(script, smallest("state_not_carried")[0], seed=0, implementation=str(SUBJECTS / "wrong/state_not_carried.py"))
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Written in" not in script.read_text()  # it stands in no case file


@pytest.mark.parametrize(("tested", "code"), [("wrong/grad_time_not_carried.py", 1), ("right/class_plain.py", 0)])
def test_the_script_of_the_small_case_fails_with_the_wrong_one_alone(tmp_path, tested, code):
    assert run_script(tmp_path, smallest("grad_time_not_carried")[0], tested) == code
    assert "Written in" not in (tmp_path / "repro.py").read_text()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("input_changed", "It changed in place: input"),
        ("parameters_changed", "It changed in place: weight_ih_l0"),
        ("upstream_changed", "It changed in place: grad_output"),
        ("returns_lists", "output: a list, but should be a numpy.ndarray"),
    ],
)
def test_the_script_sees_more_than_numbers(tmp_path, capsys, name, words):
    assert run_script(tmp_path, case(), f"wrong/{name}.py") == 1
    assert words in capsys.readouterr().out


def test_the_script_takes_nan_for_nan(tmp_path, capsys):
    given = case(input_special="nan", h_0="given", h_0_special="-inf")
    assert run_script(tmp_path, given, "right/class_plain.py") == 0
    assert run_script(tmp_path, given, "wrong/nan_hidden.py") == 1
    assert "np.nan" in (tmp_path / "repro.py").read_text()
    assert "-np.inf" in (tmp_path / "repro.py").read_text()


def run_script(tmp_path, given, tested):
    """Run the script here, where torch is imported already; its exit code."""
    write(tmp_path / "repro.py", given, seed=0, implementation=str(SUBJECTS / tested))
    with pytest.raises(SystemExit) as ended, warnings.catch_warnings(action="ignore"):
        runpy.run_path(str(tmp_path / "repro.py"))
    return ended.value.code


# The command.

FEW = ["--where", "num_layers=1,bidirectional=false,bias=true,nonlinearity=tanh,batch_size=1,seq_len=7,asks=values"]
ONE = "values/configurations[batch_size=1]"


@pytest.fixture(autouse=True, scope="module")
def cases_read_once():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("conformance.cli.options.load", functools.cache(suite.load))
        yield


@pytest.fixture
def explain(capfd):
    """Run the command in this process: exit code, standard output, standard error."""

    def run(tested, *arguments, folder="wrong"):
        code = run_here(cli, ["explain", str(SUBJECTS / folder / f"{tested}.py"), *map(str, arguments)])
        out, err = capfd.readouterr()
        return code, out, err

    return run


def test_the_simplest_failure_is_explained(explain):
    code, out, err = explain("state_not_carried", *FEW)
    assert (code, err) == (1, "")
    assert out.startswith("✗ state_not_carried: Wrong in ")
    assert f"{ONE} fails. The smallest case that fails in the same way:" in " ".join(out.split())
    assert "✗ first wrong" in out
    assert out.rstrip().endswith(f"state_not_carried.py '{ONE}' --script repro.py")


def test_a_case_of_ones_own_choice_is_explained_also_from_float32_and_another_seed(explain):
    code, out, _ = explain("h_0_ignored", "values/configurations[h_0=given]", "--dtype", "float32", "--seed", 5)
    assert code == 1
    assert "output, h_n = rnn(input, h_0)" in out
    assert "--script repro.py --seed 5 --dtype float32" in out
    _, other, _ = explain("h_0_ignored", "values/configurations[h_0=given]", "--dtype", "float32")
    assert out != other


def test_a_right_one_gets_its_verdict(explain):
    code, out, _ = explain("class_plain", *FEW, folder="right")
    assert code == 0
    assert re.fullmatch(r"✓ class_plain: Right in all \d+ cases\.\n", out)
    assert explain("class_plain", ONE, folder="right")[:2] == (0, "✓ class_plain: Right in all 1 case.\n")


def test_an_unknown_case_is_a_sentence_with_near_ones(explain):
    code, out, err = explain("noisy", "values/configuration[batch_size=1]")
    assert (code, out) == (2, "")
    assert f"there is no case values/configuration[batch_size=1]; did you mean {ONE} or " in err
    code, _, err = explain("noisy", "?")
    assert code == 2
    assert "`rnn-conformance cases list --ids` lists them" in err
    code, _, err = explain("noisy", ONE, "--where", "num_layers=2")
    assert code == 2
    assert f"{ONE} is not among --where num_layers=2: leave one of the two out" in err


def test_one_that_is_not_connected_gets_its_sentence(explain):
    code, out, _ = explain("own_parameters", ONE, folder="broken")
    assert code == 1
    assert "is not connected" in out
    assert "smallest" not in out
    assert max(map(len, out.splitlines())) < 80


def test_a_wrong_call_that_is_accepted_is_explained_where_nothing_else_is_asked(explain):
    code, out, _ = explain("class_plain", "--where", "asks=validation,batch_size=0", folder="right")
    assert code == 1
    assert "Verdict: it returned an answer, but should raise" in out


def test_wrong_calls_are_not_explained_where_right_ones_are_asked_for_too(explain):
    scope = "asks=values|validation,num_layers=1,bidirectional=false,hidden_size=11,input_size=8,h_0=absent,seq_len=7,batch_size=5"
    code, out, _ = explain("class_plain", "--where", scope, folder="right")
    assert code == 0
    assert len(out.splitlines()) == 1, out
    assert explain("class_plain", "--where", scope.replace("values|", ""), folder="right")[0] == 1


def test_one_that_declines_float64_is_explained_in_float32(explain, tmp_path):
    (tmp_path / "narrow.py").write_text(
        "from conformance import reference\n\n\nclass RNN(reference.RNN):\n"
        "    def forward(self, input, h_0=None):\n        if input.dtype != 'float32':\n"
        "            raise NotImplementedError('float32 alone')\n"
        "        output, h_n = super().forward(input, h_0)\n        return output + 1, h_n\n"
    )
    code, out, _ = explain(tmp_path / "narrow", ONE, folder=".")
    assert code == 1
    assert "✗ first wrong" in out


def test_known_differences_are_explained_on_request_alone(explain, tmp_path):
    text = (SUBJECTS / "wrong" / "returns_lists.py").read_text()
    (tmp_path / "kept.py").write_text(text.replace("str(Path(__file__).parents[1])", repr(str(SUBJECTS))))
    (tmp_path / "kept.known.yaml").write_text("'*': lists for now\n")
    explain_kept = lambda *more: explain(tmp_path / "kept", *more, folder=".")  # noqa: E731
    assert "smallest case" not in explain_kept(*FEW)[1]
    code, out, _ = explain_kept(ONE)
    assert code == 1
    assert "a list of 1" in out


def test_script_is_written(explain, tmp_path):
    code, out, _ = explain("state_not_carried", ONE, "--script", tmp_path / "repro.py")
    assert code == 1
    assert f"Written: {tmp_path / 'repro.py'}. Run it with: python {tmp_path / 'repro.py'}" in out
    assert '"weight_ih_l0": np.array([-0.5], dtype="float64").reshape((1, 1))' in (tmp_path / "repro.py").read_text()


def test_one_that_ends_the_process_is_noticed():
    path = SUBJECTS / "broken" / "dies_in_forward.py"
    command = [sys.executable, "-m", "conformance", "explain", str(path), ONE]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert ended.returncode == 1, ended.stdout
    assert "fails: its process ended with exit code 0 before it answered." in " ".join(ended.stdout.split())
