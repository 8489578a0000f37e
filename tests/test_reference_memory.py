"""Whose memory is whose: nothing handed over is changed, nothing returned is used again."""

import itertools

import numpy as np
import pytest
from reference_pair import SEQ_LEN, Pair, differences, zeros


def buffers(network):
    """Every array the network works in."""
    for scan in network.each_scan():
        yield from (scan.x, scan.h, scan.da, scan.dh_0)
    yield from network.parameters.values()


@pytest.mark.parametrize("batch_size", [None, 1, 2])
@pytest.mark.parametrize("arguments", [{}, {"bidirectional": True, "num_layers": 2}, {"batch_first": True}], ids=str)
def test_results_share_no_memory(arguments, batch_size):
    for seq_len in (1, SEQ_LEN):
        pair = Pair(3, 4, **arguments)
        x, h_0 = pair.arguments(batch_size, h_0=True, seq_len=seq_len)
        output, h_n = pair.network.forward(x, h_0)
        upstream = [np.ones_like(output), np.ones_like(h_n)]
        results = [output, h_n, *pair.network.backward(*upstream).values()]
        for result, other in itertools.product(results, [x, h_0, *upstream, *buffers(pair.network)]):
            assert not np.shares_memory(result, other)
        for result, other in itertools.combinations(results, 2):
            assert not np.shares_memory(result, other)


@pytest.mark.parametrize("arguments", [{}, {"nonlinearity": "relu", "bidirectional": True, "num_layers": 2}], ids=str)
def test_nothing_that_is_handed_over_is_changed(arguments):
    pair = Pair(3, 4, **arguments)
    x, h_0 = pair.arguments(2, h_0=True)
    state = {name: value.copy() for name, value in pair.network.parameters.items()}
    pair.network.load_state_dict(state)
    output, h_n = pair.network.forward(x, h_0)
    given = [x, h_0, np.ones_like(output), np.ones_like(h_n), *state.values(), *pair.network.parameters.values()]
    before = [array.copy() for array in given]
    for array in given:
        array.flags.writeable = False
    pair.network.forward(x, h_0)
    pair.network.backward(*given[2:4])
    assert all(np.array_equal(was, array) for was, array in zip(before, given, strict=True))


def test_parameters_are_copies():
    pair = Pair(3, 4)
    state = {name: value.copy() for name, value in pair.network.parameters.items()}
    pair.network.load_state_dict(state)
    x, _ = pair.arguments(2, h_0=False)
    wanted = pair.network.forward(x)[0]
    for value in state.values():
        value[...] = 7
    assert np.array_equal(pair.network.forward(x)[0], wanted)


def test_calls_are_independent_and_their_results_stay():
    pair = Pair(3, 4, num_layers=2, bidirectional=True)
    x, h_0 = pair.arguments(2, h_0=True)
    other, _ = pair.arguments(5, h_0=False)
    _, first = pair.answers(x, h_0, upstream=(zeros(6, 2, 8) + 1, zeros(4, 2, 4) + 1))
    kept = {name: value.copy() for name, value in first.items()}
    wanted, got = pair.answers(other)
    assert not differences(wanted, got)
    _, again = pair.answers(x, h_0, upstream=(zeros(6, 2, 8) + 1, zeros(4, 2, 4) + 1))
    assert all(np.array_equal(first[name], kept[name]) for name in kept), "a later call changed an earlier result"
    assert all(np.array_equal(again[name], kept[name]) for name in kept), "a later call depends on those before it"


def test_backward_is_of_the_latest_forward_and_can_be_repeated():
    pair = Pair(3, 4)
    x, h_0 = pair.arguments(2, h_0=True)
    pair.network.forward(*pair.arguments(2, h_0=True))
    wanted, got = pair.answers(x, h_0, upstream=(zeros(6, 2, 4) + 1, zeros(1, 2, 4) + 1))
    assert not differences(wanted, got)
    again = pair.network.backward(zeros(6, 2, 4) + 1, zeros(1, 2, 4) + 1)
    assert all(np.array_equal(again[name], got[name]) for name in again)


def test_backward_does_not_look_at_the_caller_s_arrays_again():
    pair = Pair(3, 4)
    x, h_0 = pair.arguments(2, h_0=True)
    pair.network.forward(x, h_0)
    wanted = pair.network.backward(zeros(6, 2, 4) + 1, zeros(1, 2, 4))
    output, h_n = pair.network.forward(x, h_0)
    for array in (x, h_0, output, h_n):
        array[...] = 9
    got = pair.network.backward(zeros(6, 2, 4) + 1, zeros(1, 2, 4))
    assert all(np.array_equal(got[name], wanted[name]) for name in wanted)


LAYOUTS = {
    "fortran": np.asfortranarray,
    "strided": lambda array: np.repeat(array, 2, axis=2)[:, :, ::2],
    "backwards": lambda array: array[:, ::-1],
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_any_layout_in_memory_is_read_rightly(layout):
    pair = Pair(3, 4)
    x, h_0 = (layout(array) for array in pair.arguments(2, h_0=True))
    plain = pair.network.forward(x.copy(order="C"), h_0.copy(order="C"))
    assert all(np.array_equal(a, b) for a, b in zip(pair.network.forward(x, h_0), plain, strict=True))
