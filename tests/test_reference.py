"""The reference RNN against torch.nn.RNN in every form, and the trace that it leaves."""

import itertools

import numpy as np
import pytest
from reference_pair import SEQ_LEN, Pair, differences

from conformance.faults import plant
from conformance.reference import RNN

INPUT_SIZE, HIDDEN_SIZE = 3, 4

FORMS = list(itertools.product([True, False], [False, True], [None, 0, 1, 5], [False, True], [1, SEQ_LEN]))


def sweep(kind, nonlinearity, num_layers, bidirectional):
    """What is different in every form of a network and a call."""
    found = []
    for bias, batch_first, batch_size, h_0, seq_len in FORMS:
        pair = Pair(
            INPUT_SIZE,
            HIDDEN_SIZE,
            kind=kind,
            num_layers=num_layers,
            nonlinearity=nonlinearity,
            bias=bias,
            batch_first=batch_first,
            bidirectional=bidirectional,
        )
        form = f"{bias=} {batch_first=} {batch_size=} {h_0=} {seq_len=}"
        wanted, got = pair.answers(*pair.arguments(batch_size, h_0=h_0, seq_len=seq_len))
        found += [f"{form}: {difference}" for difference in differences(wanted, got)]
    return found


@pytest.mark.parametrize("bidirectional", [False, True], ids=["one_direction", "bidirectional"])
@pytest.mark.parametrize("num_layers", [1, 2, 3])
@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
def test_agrees_with_torch_in_every_form(nonlinearity, num_layers, bidirectional):
    assert not sweep(RNN, nonlinearity, num_layers, bidirectional)


@pytest.mark.parametrize("sizes", list(itertools.product([1, 2], [1, 3], [1, 2], [1, 3])), ids=str)
def test_agrees_with_torch_where_sizes_are_one(sizes):
    seq_len, batch_size, input_size, hidden_size = sizes
    pair = Pair(input_size, hidden_size, num_layers=2, bidirectional=True)
    assert not differences(*pair.answers(*pair.arguments(batch_size, h_0=True, seq_len=seq_len)))


@pytest.mark.parametrize(
    "fault",
    [
        "state-not-carried",
        "reverse-not-restored",
        "bias-hh-missing",
        "grad-hn-ignored",
        "grad-through-time-missing",
        "grad-batch-first-not-restored",
        "grad-relu-missing",
    ],
)
def test_the_sweep_sees_a_reference_with_one_step_wrong(fault):
    assert sweep(plant({fault: None}), "relu", 1, bidirectional=True), f"{fault} was not seen"


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
def test_the_trace_satisfies_the_equations_in_each_scan_s_own_time(nonlinearity):
    pair = Pair(3, 4, num_layers=2, bidirectional=True, nonlinearity=nonlinearity)
    x, h_0 = pair.arguments(2, h_0=True)
    upstream = pair.draw(6, 2, 8), pair.draw(4, 2, 4)
    _, got = pair.answers(x, h_0, upstream=upstream)
    activate = np.tanh if nonlinearity == "tanh" else lambda a: np.maximum(a, 0)
    for index, scan in enumerate(pair.network.each_scan()):
        w_ih, w_hh, b_ih, b_hh = (pair.network.parameters[name] for name in scan.names)
        assert np.allclose(scan.h[1:], activate(scan.x @ w_ih.T + b_ih + scan.h[:-1] @ w_hh.T + b_hh))
        assert np.array_equal(scan.h[0], h_0[index])
        assert np.array_equal(scan.h[-1], got["h_n"][index])
        assert np.array_equal(scan.dh_n, upstream[1][index])
        slope = 1 - scan.h[1:] ** 2 if nonlinearity == "tanh" else (scan.h[1:] > 0)
        carried = np.concatenate([scan.da[1:] @ w_hh, scan.dh_n[np.newaxis]])
        assert np.allclose(scan.da, slope * (scan.dy + carried))
        assert np.allclose(scan.da.sum(axis=(0, 1)), got[scan.names[2]])
    forward, reverse = pair.network.scans[1]
    assert np.array_equal(forward.dy, upstream[0][:, :, :4])
    assert np.array_equal(reverse.dy, upstream[0][::-1, :, 4:])
    assert np.array_equal(pair.network.scans[0][1].x, x[::-1])
    assert reverse.names == ("weight_ih_l1_reverse", "weight_hh_l1_reverse", "bias_ih_l1_reverse", "bias_hh_l1_reverse")
