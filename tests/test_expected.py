"""A fault in the reference or the oracle is a suite error, and never helps a wrong implementation."""

import dataclasses

import numpy as np
import pytest
from small import case

from conformance import expected as expected_module
from conformance import question as question_module
from conformance.adapters import adapt
from conformance.expected import Returns, expect, tensor_names
from conformance.kink import near_kink
from conformance.oracle import oracle
from conformance.question import SuiteError, ask
from conformance.reference import RNN
from conformance.runner import Runner, Subject
from conformance.shapes import multiply_adds
from conformance.status import Status


class ForgetsReverse(RNN):
    """The reverse half of output is in the wrong order."""

    def forward(self, input, h_0=None):
        output, h_n = super().forward(input, h_0)
        if self.bidirectional:
            output = output.copy()
            output[..., self.hidden_size :] = output[::-1, ..., self.hidden_size :]
        return output, h_n


class HiddenOff(RNN):
    """h_n is off by one part in a billion."""

    def forward(self, input, h_0=None):
        output, h_n = super().forward(input, h_0)
        return output, h_n * (1 + 1e-9)


class GradientOfHiddenIgnored(RNN):
    """The upstream gradient of h_n is ignored."""

    def backward(self, grad_output, grad_h_n):
        return super().backward(grad_output, np.zeros_like(grad_h_n))


class BiasGradientAveraged(RNN):
    """Gradients of biases are averaged over the batch."""

    def backward(self, grad_output, grad_h_n):
        found = super().backward(grad_output, grad_h_n)
        return {name: g / grad_h_n.shape[1] if name.startswith("bias") else g for name, g in found.items()}


class WrongShape(RNN):
    """Output has a trailing axis."""

    def forward(self, input, h_0=None):
        output, h_n = super().forward(input, h_0)
        return output[..., None], h_n


class HidesNan(RNN):
    """NaN and infinity become ordinary numbers."""

    def forward(self, input, h_0=None):
        return tuple(np.nan_to_num(array) for array in super().forward(input, h_0))


FAULTS = [ForgetsReverse, HiddenOff, GradientOfHiddenIgnored, BiasGradientAveraged, WrongShape]


# One part in a billion is below float32.
PLANTED = [(f, d) for f in FAULTS for d in ("float64", "float32") if (f, d) != (HiddenOff, "float32")]


@pytest.mark.parametrize(("fault", "dtype"), PLANTED)
def test_a_fault_planted_in_the_reference_is_a_suite_error_and_passes_nobody(fault, dtype, monkeypatch):
    monkeypatch.setattr(question_module, "RNN", fault)
    record = Runner(oracle()).record(
        case(bidirectional=True, dtype=dtype), Subject(adapt(fault, "as wrong as the reference"))
    )
    assert record.status is Status.SUITE_ERROR, record.why


@pytest.mark.parametrize("fault", FAULTS)
def test_the_same_fault_in_an_implementation_fails(fault):
    record = Runner(oracle()).record(case(bidirectional=True), Subject(adapt(fault, "wrong")))
    assert record.status is Status.FAIL, record.why


def test_a_large_case_holds_the_reference_too(monkeypatch):
    large = case(input_size=64, hidden_size=96, seq_len=40, batch_size=5, bidirectional=True)
    assert multiply_adds(large) > 10**6
    assert isinstance(expect(ask(large, 0), oracle()), Returns)
    monkeypatch.setattr(question_module, "RNN", GradientOfHiddenIgnored)
    with pytest.raises(SuiteError, match="the reference in float64"):
        expect(ask(large, 0), oracle())


def test_torch_refusing_what_a_case_says_it_accepts_is_a_suite_error():
    with pytest.raises(SuiteError, match="torch refuses"):
        expect(ask(case(seq_len=0), 0), oracle())


def test_torch_accepting_what_a_case_says_it_refuses_is_a_suite_error():
    with pytest.raises(SuiteError, match="torch accepts"):
        expect(ask(case(asks="validation"), 0), oracle())


def test_an_oracle_that_loads_wrongly_is_a_suite_error():
    import torch

    class Forgetful(torch.nn.RNN):
        def load_state_dict(self, state, *args, **kwargs):
            state["bias_hh_l0"] = torch.zeros_like(state["bias_hh_l0"])
            return super().load_state_dict(state, *args, **kwargs)

    with pytest.raises(SuiteError, match="do not agree|did not answer"):
        expect(ask(case(), 0), adapt(Forgetful, "oracle"))


def test_truth_is_wider_than_the_case_and_tolerances_are_small():
    found = expect(ask(case(num_layers=2, h_0="given"), 0), oracle())
    assert isinstance(found, Returns)
    tensors = found.calls[0].tensors
    assert tuple(tensors) == tensor_names(case(num_layers=2, h_0="given"))
    for name, wanted in tensors.items():
        if expected_module.LONGDOUBLE_IS_WIDER:
            assert wanted.truth.dtype == np.longdouble, name
        assert 0 < wanted.tolerance < 1e-12, name


def test_gradients_are_judged_from_the_last_layer_down():
    names = tensor_names(case(num_layers=2, h_0="given"))
    assert names.index("weight_hh_l1") < names.index("weight_ih_l0") < names.index("h_0") < names.index("input")
    assert names[-1] == "input"


def test_repeated_calls_are_expected_with_another_batch_in_between():
    found = expect(ask(case(calls="repeated"), 0), oracle())
    assert [call.case.batch_size for call in found.calls] == [2, 3, 2, 2, 2]
    assert found.calls[0] is found.calls[2] is found.calls[3] is not found.calls[4]


def test_a_pre_activation_within_rounding_of_zero_is_seen_and_drawn_again():
    network = RNN(1, 1, nonlinearity="relu")
    one = np.ones((1, 1))
    network.load_state_dict(
        {"weight_ih_l0": one, "weight_hh_l0": 0 * one, "bias_ih_l0": one[0], "bias_hh_l0": -2 * one[0]}
    )
    network.forward(np.full((1, 1, 1), 1 + 1e-16))
    assert near_kink(network, "float64")
    network.forward(np.full((1, 1, 1), 1 + 1e-9))
    assert not near_kink(network, "float64")
    assert near_kink(network, "float32")


def test_a_case_that_is_always_near_the_kink_is_a_suite_error(monkeypatch):
    monkeypatch.setattr(question_module, "near_kink", lambda network, dtype: True)
    with pytest.raises(SuiteError, match="draws"):
        expect(ask(case(nonlinearity="relu"), 0), oracle())


# ---- numbers that are not finite, and hardly are numbers


SPECIAL = [
    {"input_special": "nan", "special_step": "middle"},
    {"input_special": "inf", "special_step": "last"},
    {"input_special": "-inf"},
    {"h_0": "given", "h_0_special": "nan"},
    {"h_0": "given", "h_0_special": "inf"},
]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
@pytest.mark.parametrize("special", SPECIAL, ids=str)
def test_a_special_value_loosens_no_tolerance(special, nonlinearity, dtype):
    """What is finite is judged as closely as without the special value, but for what that reaches."""
    made = case(nonlinearity=nonlinearity, dtype=dtype, num_layers=2, bidirectional=True, **special)
    plain = dataclasses.replace(made, input_special="none", special_step="first", h_0_special="none")
    usual, found = (expect(ask(c, 0), oracle()).calls[0].tensors for c in (plain, made))
    assert any(not np.isfinite(wanted.torch).all() for wanted in found.values())
    for name, wanted in found.items():
        assert np.array_equal(np.isfinite(wanted.torch), np.isfinite(wanted.truth)), name
        assert 0 < wanted.tolerance < 4 * usual[name].tolerance, name


def test_a_tensor_without_a_finite_number_has_a_tolerance():
    made = case(input_special="nan", batch_size=None)
    tensors = expect(ask(made, 0), oracle()).calls[0].tensors
    assert not np.isfinite(tensors["weight_ih_l0"].torch).any()
    assert all(np.isfinite(wanted.tolerance) for wanted in tensors.values())


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_reference_that_hides_nan_is_a_suite_error(dtype, monkeypatch):
    monkeypatch.setattr(question_module, "RNN", HidesNan)
    with pytest.raises(SuiteError, match="do not agree"):
        expect(ask(case(input_special="nan", dtype=dtype), 0), oracle())


def test_beside_a_nan_small_errors_and_hidden_nans_are_found():
    for fault, layer in ((HiddenOff, "value"), (HidesNan, "finite")):
        record = Runner(oracle()).record(case(input_special="nan"), Subject(adapt(fault, "wrong")))
        assert (record.status, record.layer) == (Status.FAIL, layer), record.why


def test_an_infinite_pre_activation_is_clear_of_the_kink():
    network = RNN(2, 2, nonlinearity="relu", bias=False)
    network.load_state_dict({"weight_ih_l0": np.array([[1.0, 1], [0, 1]]), "weight_hh_l0": np.eye(2)})
    network.forward(np.array([[np.inf, 1.0], [np.nan, 1.0]]))
    assert not near_kink(network, "float64")


@pytest.mark.parametrize(("dtype", "tiny"), [("float64", 1e-310), ("float32", 1e-40)])
def test_below_the_smallest_normal_number_rounding_is_allowed_and_flushing_is_not(dtype, tiny):
    made = case(dtype=dtype, input_scale=tiny, bias=False)
    wanted = expect(ask(made, 0), oracle()).calls[0].tensors["output"]
    assert wanted.torch.any()
    assert 0 < wanted.tolerance < 0.1 * np.abs(wanted.torch).max(), "zeros should be found wrong"
    assert wanted.tolerance >= 8 * np.finfo(dtype).smallest_subnormal


def test_zeros_alone_are_exact():
    tensors = expect(ask(case(upstream="zero"), 0), oracle()).calls[0].tensors
    assert tensors["input"].tolerance == 0
