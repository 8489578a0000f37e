"""Learning with somebody's layer: what is right learns as torch does, and each way of being wrong is told from it."""

import dataclasses

import numpy as np
import pytest
from small import fresh_runner
from trainings import characters, digits, expected, judged, learned, recorded

from conformance.adapters import adapt
from conformance.faults import plant
from conformance.observation import Declined, NotGradients, Raised
from conformance.oracle import oracle
from conformance.question import SuiteError
from conformance.record import Record
from conformance.reference import RNN
from conformance.runner import Runner, Subject
from conformance.status import Layer, Status
from conformance.tolerance import PARTED
from conformance.training import Learned, expect_learning, learn
from conformance.training.progress import watched
from conformance.training.trainer import Lesson, Trainer
from conformance.verdict import judge_learning

# ---- what is right


@pytest.mark.parametrize(
    "chosen",
    [
        digits(),
        digits(h_0="given", num_layers=2, batch_first=True),
        digits(bidirectional=True, bias=False),
        digits(batch_size=None, optimizer="SGD", learning_rate=0.1, steps=4),
        digits(optimizer="Adagrad", learning_rate=0.1),
        digits(updates="another"),
        characters(),
        characters(batch_size=None, steps=4),
        characters(h_0="absent", h_0_from="random", reduction="mean"),
        characters(num_layers=2, batch_first=True, h_0_from="random"),
    ],
    ids=lambda chosen: chosen.id,
)
def test_the_reference_learns_as_torch_does(chosen):
    verdict = judged(chosen)
    assert verdict.status is Status.PASS, verdict.why
    assert max(distance.ratio for distance in verdict.distances.values()) < 0.5
    names = {"loss", *expected(chosen).task.parameters, "head.weight", "head.bias"}
    assert set(verdict.distances) == names


@pytest.mark.parametrize("make", [digits, characters])
def test_in_float32_losses_and_accuracy_are_judged_and_no_parameter(make):
    verdict = judged(make(dtype="float32"))
    assert verdict.status is Status.PASS, verdict.why
    assert list(verdict.distances) == ["loss"]
    assert verdict.distances["loss"].tolerance < 1e-4


def test_what_declines_float64_learns_in_float32():
    class Single(RNN):
        def forward(self, input, h_0=None):
            if input.dtype == np.float64:
                raise NotImplementedError("float64")
            return super().forward(input, h_0)

    record = recorded(digits(), Single)
    assert (record.status, record.dtype) == (Status.PASS, "float32")


def test_two_runs_are_equal_to_the_last_bit():
    one, again = learned(digits()), learned(digits())
    assert one.losses == again.losses
    assert all(np.array_equal(one.parameters[name], again.parameters[name]) for name in one.parameters)


def test_it_does_learn():
    wanted = expected(digits(batch_size=50, hidden_size=24, steps=30))
    assert wanted.truth.losses[-1] < 0.6 * wanted.truth.losses[0]
    assert wanted.truth.accuracy > 0.5


def test_a_curve_holds_both_and_survives_its_record():
    record = recorded(characters())
    curve = record.curve
    assert curve.torch == expected(characters()).truth.losses
    assert len(curve.losses) == len(curve.tolerances) == 8
    assert curve.sample == curve.torch_sample
    assert len(curve.sample) == 120
    assert Record.from_json(json_of(record)) == record
    assert recorded(digits()).curve.accuracy == expected(digits()).truth.accuracy


def json_of(record):
    import json

    data = json.loads(record.to_json())
    data.pop("type")
    return data


def test_a_printed_record_stands_beside_and_is_not_judged():
    record = recorded(digits(published="row_sequence_classifier"))
    assert record.status is Status.PASS
    assert record.curve.published[:2] == (2.3821, 2.3016)


def test_another_models_optimiser_changes_nothing():
    chosen = digits(updates="another")
    for who in (learned(chosen), expected(chosen).truth):
        for name, value in expected(chosen).task.parameters.items():
            assert np.array_equal(who.parameters[name], value)
        assert len(set(who.losses)) == 8, "other batches, other losses"


# ---- what it is given is its own


class Spoils(RNN):
    """Overwrites everything that it is handed, once it has read it, and everything that it returned the time before."""

    returned = ()

    def load_state_dict(self, state):
        super().load_state_dict({name: value.copy() for name, value in state.items()})
        for value in state.values():
            value[...] = np.nan

    def forward(self, input, h_0=None):
        for array in self.returned:
            array[...] = np.nan
        found = super().forward(input.copy(), None if h_0 is None else h_0.copy())
        for array in (input, h_0):
            if array is not None:
                array[...] = np.nan
        self.returned = [*found]
        return found

    def backward(self, grad_output, grad_h_n):
        found = super().backward(grad_output.copy(), grad_h_n.copy())
        grad_output[...] = grad_h_n[...] = np.nan
        return found


@pytest.mark.parametrize("make", [digits, characters])
def test_copies_are_handed_over_and_answers_read_at_once(make):
    chosen = make(h_0="given")
    assert judged(chosen, Spoils).status is Status.PASS
    assert judged(chosen).status is Status.PASS, "nothing of it reached what others are given"


# ---- what is wrong


class Slightly(RNN):
    """One bias gradient is 0.1 % too large: it learns all the same."""

    def backward(self, grad_output, grad_h_n):
        found = super().backward(grad_output, grad_h_n)
        return found | {"bias_hh_l0": found["bias_hh_l0"] * 1.001}


class OneNumber(RNN):
    """One number of one gradient is off by a hundred millionth."""

    def backward(self, grad_output, grad_h_n):
        found = super().backward(grad_output, grad_h_n)
        found["weight_hh_l0"][1, 2] *= 1 + 1e-8
        return found


class LoadsOnce(RNN):
    """The second load_state_dict does nothing."""

    loaded = False

    def load_state_dict(self, state):
        if not self.loaded:
            super().load_state_dict(state)
        self.loaded = True


@pytest.mark.parametrize("make", [digits, characters])
@pytest.mark.parametrize("network", [Slightly, OneNumber, LoadsOnce])
def test_what_is_too_small_to_stop_learning_is_caught(make, network):
    chosen = make(optimizer="SGD", learning_rate=0.1, steps=12)
    verdict = judged(chosen, network)
    assert (verdict.status, verdict.layer) == (Status.FAIL, Layer.GRADIENT)
    curve = verdict.curve
    assert network is LoadsOnce or curve.losses[-1] < curve.losses[0], "it learns"
    assert max(distance.ratio for distance in verdict.distances.values()) > 10


def test_in_float32_a_gradient_a_thousandth_off_is_caught():
    chosen = digits(optimizer="SGD", learning_rate=0.5, steps=20, dtype="float32")
    assert judged(chosen, type("Off", (Slightly,), {})).status is Status.FAIL


@pytest.mark.parametrize("fault", ["grad-weight-hh-ignores-h0", "grad-truncated"])
def test_the_faults_that_the_issue_names_fail(fault):
    verdict = judged(characters(), plant({fault: None}))
    assert (verdict.status, verdict.layer) == (Status.FAIL, Layer.GRADIENT)


def test_a_wrong_forward_is_told_from_a_wrong_gradient():
    verdict = judged(digits(), plant({"bias-hh-missing": None}))
    assert (verdict.status, verdict.layer) == (Status.FAIL, Layer.VALUE)
    assert verdict.why.startswith("the loss at step 0 is ")
    assert verdict.why.endswith("nothing was learned by then, so the forward differs")


def test_a_wrong_gradient_shows_one_step_later_at_the_earliest():
    verdict = judged(digits(), plant({"grad-truncated": None}))
    assert verdict.why.startswith("the loss at step 1 is ")
    assert "; 7 of 8 losses are wrong)" in verdict.why
    assert verdict.why.endswith("; the one before it is right, so its gradients differ, or what it keeps from a step")


def test_where_the_last_gradient_alone_is_wrong_the_parameters_tell():
    class AtTheEnd(RNN):
        steps = 0

        def backward(self, grad_output, grad_h_n):
            self.steps += 1
            found = super().backward(grad_output, grad_h_n)
            return found | ({"weight_ih_l0": found["weight_ih_l0"] * 2} if self.steps == 8 else {})

    verdict = judged(digits(optimizer="SGD"), AtTheEnd)
    assert (verdict.status, verdict.layer) == (Status.FAIL, Layer.GRADIENT)
    assert verdict.why.startswith("weight_ih_l0 is ")
    assert " after the last step, but should be " in verdict.why
    assert verdict.distances["loss"].ratio < 1


@pytest.mark.parametrize("make", [digits, characters])
@pytest.mark.parametrize("name", ["output", "h_n"])
def test_nan_that_forward_returns_is_no_matter_of_gradients(make, name):
    def undefined(found):
        spoilt = dict(zip(("output", "h_n"), found))
        spoilt[name] = spoilt[name].copy()
        spoilt[name][0, 1, 2] = np.nan
        return spoilt["output"], spoilt["h_n"]

    verdict = judged(make(), changed(forward=undefined))
    assert (verdict.status, verdict.layer) == (Status.FAIL, Layer.FINITE)
    assert verdict.why == f"{name} at step 2 is nan at [0, 1, 2], but should be finite"
    assert len(verdict.curve.losses) == 2


@pytest.mark.parametrize("updates", ["own", "another"])
@pytest.mark.parametrize("value", [np.nan, -np.inf])
def test_a_gradient_that_is_not_finite_fails_at_its_step(value, updates):
    def undefined(found):
        return found | {"bias_ih_l0": np.where(np.arange(6) == 4, value, found["bias_ih_l0"])}

    verdict = judged(digits(updates=updates), changed(backward=undefined))
    assert (verdict.status, verdict.layer) == (Status.FAIL, Layer.GRADIENT)
    assert verdict.why == f"the gradient of bias_ih_l0 at step 2 is {value} at [4], but should be finite"
    assert len(verdict.curve.losses) == 3


def test_an_accuracy_that_is_off_by_more_than_one_example_fails():
    chosen = digits(dtype="float32")
    wanted, seen = expected(chosen), learned(chosen)
    one, two = (dataclasses.replace(seen, accuracy=wanted.truth.accuracy + count / 297) for count in (1, 2))
    assert judge_learning(wanted, one).status is Status.PASS
    verdict = judge_learning(wanted, two)
    assert verdict.status is Status.FAIL
    assert verdict.why.startswith("the accuracy on what was held out is ")


# ---- what cannot be learned from


def changed(**answers):
    """A network that answers otherwise from step 2 on: what it returns is put through these functions."""

    class Changed(RNN):
        steps = -1

        def forward(self, input, h_0=None):
            self.steps += 1
            found = super().forward(input, h_0)
            return answers["forward"](found) if "forward" in answers and self.steps >= 2 else found

        def backward(self, grad_output, grad_h_n):
            found = super().backward(grad_output, grad_h_n)
            return answers["backward"](found) if "backward" in answers and self.steps >= 2 else found

    return Changed


class Odd(dict):
    """A dict that answers for itself; what it was made with is there all the same."""

    def __getitem__(self, name):
        raise RuntimeError("not so fast")

    def items(self):
        return ()


@pytest.mark.parametrize(
    ("network", "layer", "sentence"),
    [
        (
            changed(forward=lambda found: found[0]),
            Layer.ARITY,
            "what the call returned at step 2 is a numpy.ndarray of dtype float64, but should be (output, h_n)",
        ),
        (
            changed(forward=lambda found: (*found, found)),
            Layer.ARITY,
            "what the call returned at step 2 is 3 values, but should be 2: (output, h_n)",
        ),
        (
            changed(forward=lambda found: (found[0].tolist(), found[1])),
            Layer.TYPE,
            "output at step 2 is a list of 8, but should be a numpy.ndarray",
        ),
        (
            changed(forward=lambda found: (found[0], found[1][0])),
            Layer.SHAPE,
            "h_n at step 2 is of shape (10, 6), but should be of shape (1, 10, 6)",
        ),
        (
            changed(forward=lambda found: (found[0].astype(np.float32), found[1])),
            Layer.DTYPE,
            "output at step 2 is float32, but should be float64",
        ),
        (
            changed(backward=lambda found: tuple(found.values())),
            Layer.GRADIENT,
            "what backward returned at step 2 is a tuple of 5, but should be a dict of gradients",
        ),
        (
            changed(backward=lambda found: NotGradients("a list of 3")),  # what RemoteInstance.backward passes on
            Layer.GRADIENT,
            "what backward returned at step 2 is a list of 3, but should be a dict of gradients",
        ),
        (
            changed(backward=lambda found: {k: v for k, v in found.items() if k != "bias_hh_l0"}),
            Layer.GRADIENT,
            "the gradient of bias_hh_l0 at step 2 is missing, but should be in what backward returned",
        ),
        (
            changed(backward=lambda found: found | {"weight_hh_l0": None}),
            Layer.GRADIENT,
            "the gradient of weight_hh_l0 at step 2 is None, but should be a numpy.ndarray",
        ),
        (
            changed(backward=lambda found: found | {"weight_ih_l0": found["weight_ih_l0"].T}),
            Layer.GRADIENT,
            "the gradient of weight_ih_l0 at step 2 is of shape (8, 6), but should be of shape (6, 8)",
        ),
        (
            changed(backward=lambda found: {k: v.astype(np.float32) for k, v in found.items()}),
            Layer.GRADIENT,
            "the gradient of weight_ih_l0 at step 2 is float32, but should be float64",
        ),
    ],
)
def test_an_answer_that_cannot_be_learned_from_names_its_step(network, layer, sentence):
    verdict = judged(digits(), network)
    assert (verdict.status, verdict.layer, verdict.why) == (Status.FAIL, layer, sentence)
    assert len(verdict.curve.losses) in (2, 3)
    assert len(verdict.curve.torch) == 8


def test_input_and_h_0_need_no_gradient_here_and_a_dict_is_read_as_a_dict():
    def odd(found):
        return Odd((name, value) for name, value in found.items() if name not in ("input", "h_0"))

    assert judged(digits(h_0="given"), changed(backward=odd)).status is Status.PASS


def raising(error, at, method):
    class Raising(RNN):
        steps = -1

        def forward(self, input, h_0=None):
            self.steps += 1
            if method == "forward" and self.steps == at:
                raise error
            return super().forward(input, h_0)

        def backward(self, grad_output, grad_h_n):
            if method == "backward" and self.steps == at:
                raise error
            return super().backward(grad_output, grad_h_n)

    return Raising


@pytest.mark.parametrize("error", [ValueError("no more"), SystemExit("no more"), RecursionError("no more")])
@pytest.mark.parametrize("method", ["forward", "backward"])
def test_an_exception_in_the_middle_names_its_step(error, method):
    verdict = judged(digits(), raising(error, 3, method))
    assert verdict.status is Status.ERROR
    assert verdict.why.startswith(f"{method} at step 3 raised {type(error).__name__} at test_training.py:")
    assert verdict.why.endswith(
        f"(no more), but should return {'gradients' if method == 'backward' else 'output and h_n'}"
    )
    assert len(verdict.curve.losses) == (4 if method == "backward" else 3)


def test_what_was_wrong_before_an_exception_is_told_first():
    class Both(raising(ValueError("no more"), 5, "backward"), plant({"grad-truncated": None})):
        pass

    assert judged(digits(), Both).why.startswith("the loss at step 1 is ")


def test_an_exception_on_what_was_held_out_says_so():
    class OneBatchSize(RNN):
        def forward(self, input, h_0=None):
            if input.shape[1] != 10:
                raise ValueError("ten in a batch")
            return super().forward(input, h_0)

    assert judged(digits(), OneBatchSize).why.startswith("forward after the last step raised ValueError")


@pytest.mark.parametrize("method", ["forward", "backward"])
def test_who_declines_in_the_middle_is_unsupported(method):
    record = recorded(digits(), raising(NotImplementedError("more than three steps"), 3, method))
    assert (record.status, record.why) == (Status.UNSUPPORTED, "declined: more than three steps")


def test_control_c_gets_out():
    with pytest.raises(KeyboardInterrupt):
        recorded(digits(), raising(KeyboardInterrupt(), 3, "backward"))


class Forward:
    """It has no backward."""

    def __init__(self, input_size, hidden_size):
        self.network = RNN(input_size, hidden_size)

    def load_state_dict(self, state):
        self.network.load_state_dict(state)

    def forward(self, input):
        return self.network.forward(input)


@pytest.mark.parametrize(
    ("chosen", "reason"),
    [
        (digits(), "declined: it has no backward"),
        (digits(h_0="given"), "declined: its call takes no h_0"),
        (digits(num_layers=2), "declined: its signature has no num_layers"),
    ],
    ids=lambda value: getattr(value, "id", ""),
)
def test_who_offers_no_gradients_is_unsupported_and_torch_learns_no_further(chosen, reason):
    steps = []
    with watched(lambda what, done, of: steps.append((what, of)) if what.endswith("torch") else None):
        record = recorded(chosen, Forward)
    assert (record.status, record.why, record.curve) == (Status.UNSUPPORTED, reason, None)
    assert {of for _, of in steps} <= {1}


def test_a_wrong_forward_without_gradients_is_wrong():
    class Wrong(Forward):
        def forward(self, input):
            output, h_n = super().forward(input)
            return output * 1.01, h_n * 1.01

    assert recorded(digits(), Wrong).status is Status.FAIL


# ---- the bound


def test_the_bound_grows_with_the_steps_and_stays_small():
    for chosen in (digits(steps=30), characters(steps=30)):
        tolerances = expected(chosen).tolerances
        assert list(tolerances) == sorted(tolerances)
        assert tolerances[-1] < 1e-12


def test_where_torchs_own_runs_part_rounding_decides_and_nothing_is_judged():
    chosen = digits(hidden_size=64, num_layers=2, h_0="given", learning_rate=1.0, steps=12, batch_size=20)
    wanted = expected(chosen)
    finite = [allowed for allowed in wanted.tolerances if np.isfinite(allowed)]
    assert 0 < len(finite) < 12, "a case that turns chaotic"
    assert max(finite) < 10 * PARTED * max(wanted.truth.losses)
    assert list(wanted.tolerances) == finite + [np.inf] * (12 - len(finite))
    assert not np.isfinite(wanted.accuracy_tolerance)
    assert wanted.parameters == {}
    assert judged(chosen).status is Status.PASS
    assert judged(chosen, plant({"grad-truncated": None})).status is Status.FAIL, "the steps before tell all the same"


@dataclasses.dataclass(frozen=True)
class Scripted(Trainer):
    """Learns with these losses; its disturbed runs with others."""

    losses: tuple[float, ...]
    disturbed: tuple[float, ...]
    name = "scripted"

    def train(self, task):
        parameters = task.parameters | task.head
        return Lesson(Learned(self.losses, parameters, accuracy=0.5), (1.0,) * len(self.losses))

    def train_disturbed(self, task, disturbance, runs):
        return (Learned(self.disturbed, task.parameters | task.head, accuracy=0.5),)


@pytest.mark.parametrize("apart", [1.005, np.nan, np.inf])
def test_runs_that_have_parted_once_have_parted_for_good(apart):
    losses = (2.0, 1.0, 9.0, 9.0)
    together = expect_learning(digits(steps=4), 0, Scripted(losses, losses))
    assert np.isfinite(together.tolerances).all()
    assert together.parameters
    assert np.isfinite(together.accuracy_tolerance)
    wanted = expect_learning(digits(steps=4), 0, Scripted(losses, (2.0, apart, 9.0, 9.0)))
    assert np.isfinite(wanted.tolerances).tolist() == [True, False, False, False]
    assert wanted.parameters == {}
    assert np.isinf(wanted.accuracy_tolerance)


@pytest.mark.parametrize(
    "chosen",
    [
        digits(num_layers=2, bidirectional=True, h_0="given", batch_first=True),
        digits(batch_size=None, bias=False, reduction="sum", steps=4),
        digits(updates="another"),
        characters(),
        characters(batch_size=None, steps=4),
        characters(num_layers=2, batch_first=True, h_0_from="random"),
    ],
    ids=lambda chosen: chosen.id,
)
def test_the_runs_that_the_bound_comes_from_learn_as_torch_does_but_for_the_disturbance(chosen):
    task = expected(chosen).task
    own = oracle().train(task).learned
    for disturbance, most in ((0.0, 1e-14), (1e-9, 1e-6)):
        for run in oracle().train_disturbed(task, disturbance, 2):
            differences = [abs(a - b) for a, b in zip(run.losses, own.losses)]
            assert max(differences) <= most
            assert (max(differences[1:]) > 1e-12) == (disturbance > 0)
            assert run.parameters.keys() == own.parameters.keys()
            assert run.accuracy is None or abs(run.accuracy - own.accuracy) <= 1 / 297
            for name, value in own.parameters.items():
                assert np.abs(run.parameters[name] - value).max() <= most * 10


def test_no_two_disturbed_runs_are_equal_and_all_are_the_same_again():
    task = expected(digits()).task
    runs, again = (oracle().train_disturbed(task, 1e-9, 3) for _ in range(2))
    assert len({run.losses for run in runs}) == 3
    assert [run.losses for run in runs] == [run.losses for run in again]


class Oblivious:
    """An oracle that cannot learn."""

    name = "oblivious"


def test_an_oracle_that_cannot_learn_is_the_suites_fault():
    record = dataclasses.replace(fresh_runner(), oracle=Oblivious()).record(digits(steps=3), Subject(adapt(RNN, "x")))
    assert (record.status, record.why) == (
        Status.SUITE_ERROR,
        f"oblivious cannot learn {digits(steps=3).id}, but should as the oracle",
    )


def test_a_case_without_a_finite_loss_is_the_suites_fault():
    record = recorded(digits(learning_rate=1e308, optimizer="SGD"))
    assert record.status is Status.SUITE_ERROR
    assert record.why.endswith("are not all finite, so there is nothing to be learned")


def test_final_parameters_that_are_not_finite_are_the_suites_fault():
    class Overflown(Scripted):
        def train(self, task):
            lesson = super().train(task)
            parameters = lesson.learned.parameters | {"head.bias": np.full(10, np.inf)}
            return dataclasses.replace(lesson, learned=dataclasses.replace(lesson.learned, parameters=parameters))

    with pytest.raises(SuiteError, match=r"what torch has learned in .* is not finite, so there is nothing"):
        expect_learning(digits(steps=2), 0, Overflown((2.0, 1.0), (2.0, 1.0)))


def test_a_fault_of_the_harness_is_no_verdict_on_the_implementation(monkeypatch):
    monkeypatch.setattr("conformance.training.head.mark", lambda *_: 1 / 0)
    record = Runner(oracle()).record(digits(), Subject(adapt(RNN, "x")))
    assert (record.status, record.why) == (
        Status.SUITE_ERROR,
        "training failed: ZeroDivisionError: division by zero",
    )


def test_torch_learns_the_same_whatever_default_device_somebody_set():
    import torch

    torch.set_default_device("meta")
    try:
        losses = oracle().train(expected(digits()).task).learned.losses
    finally:
        torch.set_default_device(None)
    assert losses == expected(digits()).truth.losses


def test_an_implementation_is_built_once_and_loaded_before_every_step():
    calls = []

    class Counted(RNN):
        def __init__(self, *args, **kwargs):
            calls.append("build")
            super().__init__(*args, **kwargs)

        def load_state_dict(self, state):
            calls.append("load")
            super().load_state_dict(state)

        def backward(self, *upstream):
            calls.append("backward")
            return super().backward(*upstream)

    learn(adapt(Counted, "x"), expected(digits()).task)
    assert calls == ["build", *["load", "backward"] * 8, "load"]


def test_how_learning_ended_is_kept_apart_from_what_was_learned():
    ended = learned(digits(), raising(ValueError("no"), 2, "backward"))
    assert isinstance(ended.ended, Raised)
    assert len(ended.losses) == 3
    assert ended.parameters == {}
    assert isinstance(learned(digits(num_layers=2), Forward).ended, Declined)
