"""NaN, infinity, zeros and denormal numbers: the reference does with them what torch does."""

import itertools

import numpy as np
import pytest
import torch
from reference_pair import SEQ_LEN, Pair, differences

from conformance.reference import RNN


def special_calls(pair):
    """Input and h_0 with what arithmetic treats specially, by name."""
    x, h_0 = pair.arguments(2, h_0=True, seq_len=4)
    for value in (np.nan, np.inf, -np.inf):
        for name, step in (("first", 0), ("second", 1), ("last", -1)):
            changed = x.copy()
            changed[step, 0, 0] = value
            yield f"{value} in the {name} input", changed, h_0
        changed = h_0.copy()
        changed[0, 0, 0] = value
        yield f"{value} in h_0", x, changed
    yield "large input", x * 1e30, h_0
    yield "input of zeros", np.zeros_like(x), np.zeros_like(h_0)
    yield "denormal input", x * 1e-40, h_0 * 0


@pytest.mark.parametrize("weights", ["random", "zero"])
@pytest.mark.parametrize("bidirectional", [False, True], ids=["one_direction", "bidirectional"])
@pytest.mark.parametrize("sizes", [(3, 4), (1, 1), (1, 3), (3, 1)], ids=str)
@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
def test_special_values_are_torch_s(nonlinearity, sizes, bidirectional, weights):
    for bias, dtype in itertools.product([True, False], [torch.float32, torch.float64]):
        pair = Pair(
            *sizes, dtype=dtype, nonlinearity=nonlinearity, bidirectional=bidirectional, bias=bias, num_layers=2
        )
        if weights == "zero":
            with torch.no_grad():
                [parameter.zero_() for name, parameter in pair.torch.named_parameters() if "weight" in name]
            pair.load()
        for name, x, h_0 in special_calls(pair):
            found = differences(*pair.answers(x, h_0), rounding=1e-4 if dtype is torch.float32 else 1e-9)
            assert not found, f"{name}, {bias=}, {dtype}: {found}"


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_special_upstream_gradients_are_treated_as_torch_does(value):
    for nonlinearity in ("tanh", "relu"):
        pair = Pair(3, 4, nonlinearity=nonlinearity)
        grad_output, grad_h_n = pair.draw(SEQ_LEN, 2, 4), pair.draw(1, 2, 4)
        grad_output[2, 0] = value
        wanted, got = pair.answers(*pair.arguments(2, h_0=True), upstream=(grad_output, grad_h_n))
        assert not differences(wanted, got)


def test_relu_of_nan_is_nan_and_passes_the_gradient():
    network = RNN(1, 1, nonlinearity="relu", bias=False)
    network.load_state_dict({"weight_ih_l0": np.ones((1, 1)), "weight_hh_l0": np.ones((1, 1))})
    output, _ = network.forward(np.full((1, 1, 1), np.nan))
    assert np.isnan(output).all()
    assert network.backward(np.ones((1, 1, 1)), np.zeros((1, 1, 1)))["input"] == 1


def test_a_former_call_s_nan_does_not_stay_in_the_buffers():
    for sizes, batch_size in itertools.product([(3, 4), (1, 1), (1, 3), (3, 1)], [1, 2]):
        pair = Pair(*sizes, num_layers=2, bidirectional=True)
        x, h_0 = pair.arguments(batch_size, h_0=True)
        pair.answers(x * np.nan, h_0 * np.nan)
        assert not differences(*pair.answers(x, h_0)), f"{sizes}, {batch_size}"
