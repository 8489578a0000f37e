"""The training cases of this repository, the rules that their files keep, and what the commands make of them."""

import dataclasses
import functools
import io
import sys

import pytest
from small import fresh_runner
from trainings import digits

from conformance import evidence
from conformance.adapters import adapt
from conformance.cli import cli
from conformance.cli.options import progress
from conformance.cli.supervise import run_here
from conformance.faults import plant
from conformance.plan import Plan
from conformance.power.measurement import measure
from conformance.reference import RNN
from conformance.runner import Subject
from conformance.status import Layer, Status
from conformance.sweep import suite
from conformance.sweep.scope import parse_where
from conformance.training import expect_learning, learn
from conformance.training.progress import tell
from conformance.verdict import judge_learning

OURS = [case for case in suite.load(suite.find_cases()).cases if case.asks == "training"]
DECIDED = [case for case in OURS if case.updates == "own" and case.dtype == "float64"]


@functools.cache
def expected(case):
    return expect_learning(case, 0, fresh_runner().oracle)


def judged(case, network=RNN):
    return judge_learning(expected(case), learn(adapt(network, "subject"), expected(case).task))


@pytest.mark.parametrize("case", OURS, ids=lambda case: case.id)
def test_the_reference_passes_with_much_to_spare_and_the_bound_lets_nothing_through(case):
    verdict = judged(case)
    assert verdict.status is Status.PASS, verdict.why
    assert max(distance.ratio for distance in verdict.distances.values()) < 0.5
    assert max(expected(case).tolerances) < (1e-4 if case.dtype == "float32" else 1e-6), "rounding decides too much"


@pytest.mark.parametrize("fault", ["grad-truncated", "grad-through-time-missing", "grad-weight-hh-ignores-h0"])
@pytest.mark.parametrize("case", DECIDED, ids=lambda case: case.id)
def test_a_fault_in_gradients_fails_wherever_it_can_act(case, fault):
    acts = case.h_0 == "given" or fault != "grad-weight-hh-ignores-h0"
    verdict = judged(case, plant({fault: None}))
    assert (verdict.status, verdict.layer) == ((Status.FAIL, Layer.GRADIENT) if acts else (Status.PASS, None))


def test_our_cases_cover_what_they_should():
    assert {case.task for case in OURS} == {"digits", "characters"}
    assert {case.optimizer for case in OURS} == {"SGD", "Adam", "Adagrad"}
    assert {case.dtype for case in OURS} == {"float64", "float32"}
    assert {case.h_0_from for case in OURS if case.h_0 == "given"} == {"random", "previous"}
    assert {case.updates for case in OURS} == {"own", "another"}
    for name in ("num_layers", "bias", "batch_first", "bidirectional", "h_0", "reduction"):
        assert len({getattr(case, name) for case in OURS}) == 2, f"{name} has one value alone"
    assert {case.batch_size for case in OURS} > {None, 1}


def test_what_should_be_learned_is_and_the_rest_is_not():
    for case in OURS:
        losses, accuracy = expected(case).truth.losses, expected(case).truth.accuracy
        if case.published is not None:
            assert min(losses[12:]) > 2.2, f"{case.id} learns after all"
            assert accuracy < 0.2
            assert len(expected(case).published) == 12
        else:
            assert losses[-1] < 0.95 * losses[0]
            assert accuracy is None or accuracy > 0.3


@pytest.mark.parametrize("case", [case for case in OURS if case.clip is not None], ids=lambda case: case.id)
def test_clipping_makes_a_difference_where_it_is_asked_for(case):
    task = expected(case).task
    without = dataclasses.replace(task, case=dataclasses.replace(case, clip=None))
    assert learn(adapt(RNN, "x"), task).losses != learn(adapt(RNN, "x"), without).losses


# ---- the rules of their files


@pytest.fixture
def mistakes(tmp_path):
    """The sentences about a training file with these defaults changed, and one include."""
    good = {
        "task": "digits", "input_size": 8, "seq_len": 8, "batch_size": 5, "hidden_size": 6, "optimizer": "Adam",
        "learning_rate": 0.01, "steps": 3,
    }  # fmt: skip

    def mistakes(include="{}", folder="training", **changes):
        defaults = {name: value for name, value in (good | changes).items() if value is not None}
        path = tmp_path / "cases" / folder / "f.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.parent.with_name("suite.yaml").write_text('version: "1.0"\n')
        pairs = ", ".join(f"{name}: {value}" for name, value in defaults.items())
        path.write_text(f"about: x.\ndefaults: {{{pairs}}}\ninclude: [{include}]\ncases: 1\n")
        try:
            suite.load(tmp_path / "cases")
        except suite.CaseFileError as error:
            return [message.split(": ", 1)[1] for message in error.messages]
        return []

    return mistakes


TEXT = {"task": "characters", "input_size": 46, "h_0": "given", "h_0_from": "previous"}


def test_a_good_file_is_good(mistakes):
    assert mistakes() == []
    assert mistakes(**TEXT) == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"task": "words"}, "task in defaults is 'words' (text), but should be 'digits' or 'characters'"),
        ({"task": None}, "task in defaults is missing"),
        ({"steps": None}, "steps in defaults is missing"),
        ({"steps": 0}, "steps in defaults is 0, but should be 1 or more"),
        ({"learning_rate": 0}, "learning_rate in defaults is 0, but should be more than 0"),
        ({"clip": -5}, "clip in defaults is -5, but should be more than 0"),
        ({"optimizer": "adam"}, "optimizer in defaults is 'adam' (text), but should be 'SGD', 'Adam' or 'Adagrad' (did you mean Adam?)"),
        ({"layout": "strided"}, "layout in defaults has no place in such a file"),
        ({"digits": 3}, "digits in defaults has no place in such a file"),
        ({"calls": "repeated"}, "calls in defaults has no place in such a file"),
        ({"omit": "both"}, "omit in defaults has no place in such a file"),
        ({"folder": "values"}, "task in defaults has no place in such a file"),
        ({"input_size": 7}, "input_size is 7, but should be 8 (one row of an image, task: digits)"),
        ({"seq_len": 28}, "seq_len is 28, but should be 8 (the rows of an image, task: digits)"),
        (TEXT | {"input_size": 26}, "input_size is 26, but should be 46 (the different characters of the text, task: characters)"),
        ({"batch_size": 0}, "batch_size is 0, but should be 1 or more (there is nothing to learn from none)"),
        (TEXT | {"bidirectional": "true"}, "bidirectional is true, but should be false (the reverse direction would have read what comes next)"),
        ({"nonlinearity": "relu"}, "nonlinearity is relu, but should be tanh in training (where rounding decides on which side of relu's kink a number lies, two right runs part)"),
        ({"dropout": 0.5}, "dropout is 0.5, but should be 0 in training (its random masks are out of scope)"),
        (TEXT | {"h_0": "absent"}, "h_0_from is previous, but the call has no h_0 (h_0: given)"),
        ({"h_0": "given", "h_0_from": "previous"}, "h_0_from is previous, but should be random (no batch of digits goes on from the one before)"),
        ({"h_0_scale": 2}, "h_0_scale is set, but no h_0 is drawn (h_0: given, h_0_from: random)"),
        (TEXT | {"published": "row_sequence_classifier"}, "published is row_sequence_classifier, but should be left out (its task is digits, and not characters)"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_file_that_breaks_a_rule_is_told_so(mistakes, changes, sentence):
    assert sentence in mistakes(**changes)


# ---- scopes and settings


def test_what_is_training_alone_stands_in_no_other_case():
    every = suite.load(suite.find_cases()).cases
    for case in every:
        assert ("optimizer" in case.settings()) == (case.asks == "training")
    adam = [case.id for case in every if parse_where("optimizer=Adam").matches(case)]
    assert adam == [case.id for case in every if case.optimizer == "Adam"] != []
    assert not any(parse_where("h_0_from=random").matches(case) for case in every if case.asks != "training")


def test_training_comes_last_and_is_the_most_complex():
    every = suite.load(suite.find_cases()).cases
    assert [case.asks for case in every][-len(OURS) :] == ["training"] * len(OURS)
    assert min(case.complexity for case in OURS) > max(case.complexity for case in every if case.asks != "training")


# ---- what the commands make of them


def test_what_goes_wrong_from_step_to_step_alone_is_said_so():
    class LoadsOnce(RNN):
        loaded = False

        def load_state_dict(self, state):
            if not self.loaded:
                super().load_state_dict(state)
            self.loaded = True

    found = diagnosed(LoadsOnce)
    assert found.failing == 1
    assert found.findings == ()
    assert found.remarks[0].startswith("One training case is wrong, and every single call is right: what is wrong goes")
    assert diagnosed(RNN) is None


def test_a_diagnosis_says_what_it_leaves_out():
    found = diagnosed(plant({"grad-truncated": None}))
    assert [finding.id for finding in found.findings] == ["grad-truncated"]
    assert found.failing == 1
    assert found.remarks[-1] == "Told from single calls; one training case is wrong besides, and not counted here."


def diagnosed(network):
    from small import case

    chosen = (case(seq_len=50, input_size=5), digits())
    plan = Plan(suite=suite.Suite(version="1.0", digest="", cases=chosen))
    runner, subject = fresh_runner(), Subject(adapt(network, "subject"))
    return evidence.diagnose(runner, plan, subject, list(runner.run(plan.cases, [subject])))


@pytest.fixture
def wrong(tmp_path):
    path = tmp_path / "wrong.py"
    path.write_text('from conformance.faults import plant\n\nRNN = plant({"grad-weight-hh-ignores-h0": None})\n')
    return str(path)


CASE = "training/digits[h_0=given,steps=30]"


def test_check_says_what_differs_and_at_which_step(wrong, capfd):
    assert run_here(cli, ["check", wrong, "--case", CASE]) == 1
    out = " ".join(capfd.readouterr().out.split())
    assert "the loss at step 1 is " in out
    assert "the one before it is right, so its gradients differ, or what it keeps from a step" in out


def test_explain_refuses_a_training_case_and_says_what_to_do(wrong, capfd):
    assert run_here(cli, ["explain", wrong, CASE]) == 2
    assert f"{CASE} is a training case: training makes too many calls to be followed by hand" in capfd.readouterr().err
    assert run_here(cli, ["explain", wrong, "--where", "asks=training,h_0=given,task=digits,published=null"]) == 1
    out = " ".join(capfd.readouterr().out.split())
    assert "Training makes too many calls to be followed by hand" in out


def test_there_is_no_script_of_a_training_case(wrong, tmp_path, capfd):
    script = tmp_path / "repro.py"
    assert run_here(cli, ["cases", "show", CASE, "--impl", wrong, "--script", str(script)]) == 2
    captured = capfd.readouterr()
    assert f"{CASE} makes 30 calls, each from what was learned before it, so there is no script of it" in captured.err
    assert "learns      digits, 30 steps of Adam at 0.01" in captured.out
    assert "layout" not in captured.out
    assert not script.exists()


def test_power_leaves_training_out_and_counts_it_as_done():
    plan = Plan(suite=suite.Suite(version="1.0", digest="", cases=(*_single(), digits())))
    done = []
    found = measure(plan, faults=(), equivalent=(), peers=(), workers=1, advance=done.append)
    assert found.cases == 1
    assert sum(done) == 2


def _single():
    from small import case

    return (case(),)


def test_the_bar_tells_of_steps_where_somebody_watches(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress(2) as advance:
        tell("training/digits", 20, 36)
        advance(None)
    tell("training/digits", 21, 36)
    assert "training/digits step 20 of 36" in terminal.getvalue()
    assert "step 21" not in terminal.getvalue(), "nobody watches any more"
