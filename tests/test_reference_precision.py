"""How near to the truth the reference is: in float32 about as near as torch, in longdouble nearer than float64."""

from decimal import Decimal

import numpy as np
import pytest
import torch
from reference_pair import Pair

from conformance.reference import RNN


def excess():
    """How many times torch's own error the reference's is, in float32, where sums are long: the greatest of all."""
    pair = Pair(16, 16, dtype=torch.float32)
    x, h_0 = pair.arguments(4, h_0=True, seq_len=2000)
    upstream = np.abs(pair.draw(2000, 4, 16)), pair.draw(1, 4, 16)
    theirs, ours = pair.answers(x, h_0, upstream=upstream)
    exact = RNN(16, 16)
    exact.load_state_dict({name: value.astype(np.float64) for name, value in pair.network.parameters.items()})
    truth = dict(zip(("output", "h_n"), exact.forward(x.astype(np.float64), h_0.astype(np.float64)), strict=True))
    truth |= exact.backward(*(gradient.astype(np.float64) for gradient in upstream))
    return max(
        np.abs(ours[name] - value).max() / np.abs(theirs[name] - value).max()
        for name, value in truth.items()
        if name != "bias_hh_l0"  # torch sums this one in a single run, badly
    )


def test_float32_errors_are_comparable_with_torch_s():
    assert excess() < 10


def test_a_single_running_sum_is_seen_to_be_worse(monkeypatch):
    monkeypatch.setattr("conformance.reference.rnn.column_sums", lambda rows: np.add.reduce(rows, axis=0))
    assert excess() > 10


wider = pytest.mark.skipif(
    np.finfo(np.longdouble).eps >= np.finfo(np.float64).eps, reason="longdouble is no wider than double here"
)


@wider
def test_longdouble_keeps_digits_beyond_float64_everywhere():
    one = np.longdouble(1)
    tiny = one / 2**60  # 1 + tiny is 1 in float64
    network = RNN(1, 1, nonlinearity="relu")
    names = network.parameter_shapes()
    network.load_state_dict({name: np.full(shape, one) for name, shape in names.items()})
    output, h_n = network.forward(np.full((2, 1, 1), 1 + tiny), np.full((1, 1, 1), 1 + tiny))
    assert output.dtype == h_n.dtype == np.longdouble
    assert output[0, 0, 0] - 4 == 2 * tiny
    gradients = network.backward(np.full((2, 1, 1), 1 + tiny), np.zeros((1, 1, 1), np.longdouble))
    assert {gradient.dtype for gradient in gradients.values()} == {np.dtype(np.longdouble)}
    assert gradients["input"][1, 0, 0] - 1 == tiny
    for name in ("h_0", "bias_ih_l0"):
        assert gradients[name].item() > gradients[name].astype(np.float64).item(), f"{name} has float64's digits alone"


@wider
def test_longdouble_tanh_has_longdouble_s_digits():
    network = RNN(1, 1, bias=False)
    network.load_state_dict({name: np.ones((1, 1), np.longdouble) for name in network.parameter_shapes()})
    output, _ = network.forward(np.full((1, 1, 1), 0.5, np.longdouble))
    e = Decimal(1).exp()
    exact = (e - 1) / (e + 1)
    high = float(exact)
    error = abs(output[0, 0, 0] - np.longdouble(high) - np.longdouble(float(exact - Decimal(high))))
    assert error <= np.finfo(np.longdouble).eps
