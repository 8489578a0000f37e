"""The reference RNN against torch.nn.RNN in every form, and the trace that it leaves."""

import itertools

import numpy as np
import pytest
from reference_pair import SEQ_LEN, Pair, differences

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


class NotCarried(RNN):
    """Every step starts from h_0."""

    def _run(self, scan):
        for _, state in scan.steps:
            self._step(scan.h[0], state, self._weight_hh(scan).T)


class NotTurned(RNN):
    """The reverse half of the output stands in the scan's order of time."""

    def _join(self, directions):
        return super()._join([half[::-1] if index else half for index, half in enumerate(directions)])


class OneBias(RNN):
    """b_hh is left out."""

    def _both_biases(self, scan):
        return self.parameters[scan.names[2]]


class FinalStateIgnored(RNN):
    """The gradient that arrives through h_n is dropped."""

    def _start_back(self, dh_n):
        super()._start_back(np.zeros_like(dh_n))


class GradientNotCarried(RNN):
    """Later steps' gradients are not passed to earlier ones."""

    def _step_back(self, dy, da, carry, weight_hh):
        carry[...] = 0
        super()._step_back(dy, da, carry, weight_hh)


class BatchFirstForgotten(RNN):
    """The gradient of input stays time-major whatever batch_first says."""

    def _layout_gradients(self, dx, dh_0):
        gradients = super()._layout_gradients(dx, dh_0)
        return gradients | {"input": dx} if self.batched else gradients


class SlopeAtKink(RNN):
    """relu passes the gradient where a is 0."""

    def _slopes(self, h, out):
        super()._slopes(h, out)
        if self.nonlinearity == "relu":
            out[...] = 1


@pytest.mark.parametrize(
    "kind", [NotCarried, NotTurned, OneBias, FinalStateIgnored, GradientNotCarried, BatchFirstForgotten, SlopeAtKink]
)
def test_the_sweep_sees_a_reference_with_one_step_wrong(kind):
    assert sweep(kind, "relu", 1, bidirectional=True), f"{kind.__name__} was not seen"


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
