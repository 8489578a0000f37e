"""The fourth source: stacked cells, time outside and layers inside, in two programs with faults of their own."""

import numpy as np
import pytest
import torch
from source_files import IMPLS, both, load

import conformance

MENDED, NUMPY = both("stacked_cells")
NUMPY_GIVEN = load("published/stacked_cells_given_weights")
TENSORS = load("published/stacked_cells_tensors")
TENSORS_GIVEN = load("published/stacked_cells_tensors_given_weights")
T, B, INPUT, H, L = 6, 2, 1, 5, 4


def weights(seed=0, scale=1.0):
    """W_ih and W_hh of every layer, uniform in [0, scale)."""
    rng = np.random.default_rng(seed)
    widths = [INPUT, *[H] * (L - 1)]
    return [scale * rng.random((H, n)) for n in widths], [scale * rng.random((H, H)) for _ in widths]


def tensors(arrays):
    return [torch.tensor(array, dtype=torch.float32, requires_grad=True) for array in arrays]


def mended(x, weights_ih, weights_hh, **options):
    """Output and hidden of the mended cells without bias."""
    cells = [MENDED.Cell(w_ih, w_hh, np.zeros((1, 1))) for w_ih, w_hh in zip(weights_ih, weights_hh, strict=True)]
    return MENDED.rnn(x, cells, **options)[:2]


def forms():
    """Every form on the shapes that the source prints."""
    x = np.random.default_rng(1).random((T, B, INPUT))
    tensor = torch.tensor(x, dtype=torch.float32)
    yield "mended", mended(x, *weights())
    yield "numpy", NUMPY.rnn(x, H, L)
    yield "numpy, given weights", NUMPY_GIVEN.rnn(x, *weights())
    yield "tensors", TENSORS.rnn(tensor, H, L)
    yield "tensors, given weights", TENSORS_GIVEN.rnn(tensor, *map(tensors, weights()))


def test_every_form_has_the_printed_shapes():
    for name, (output, hidden) in forms():
        assert tuple(output.shape) == (6, 5, 2), name
        assert tuple(hidden.shape) == (4, 5, 2), name


def test_mended_bidirectional_has_two_of_each():
    rng = np.random.default_rng(0)
    widths = [INPUT, INPUT, 2 * H, 2 * H]
    ih, hh = [rng.random((H, n)) for n in widths], [rng.random((H, H)) for _ in widths]
    output, hidden = mended(rng.random((T, B, INPUT)), ih, hh, bidirectional=True)
    assert output.shape == (T, 2 * H, B)
    assert hidden.shape == (4, H, B)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_mended_is_torchs_but_for_the_order_of_axes(bidirectional):
    torch.manual_seed(0)
    network = torch.nn.RNN(3, H, 2, bias=False, bidirectional=bidirectional, dtype=torch.float64)
    state = {name: value.numpy() for name, value in network.state_dict().items()}
    x = torch.randn(T, B, 3, dtype=torch.float64)
    kinds = [[value for name, value in state.items() if name.startswith(kind)] for kind in ("weight_ih", "weight_hh")]
    for found, wanted in zip(mended(x.numpy(), *kinds, bidirectional=bidirectional), network(x), strict=True):
        assert np.allclose(found.swapaxes(1, 2), wanted.detach(), atol=1e-14)


def test_published_weights_are_new_in_every_call_and_saturate():
    x = np.ones((T, B, INPUT))
    assert not np.allclose(NUMPY.rnn(x, H, L)[0], NUMPY.rnn(x, H, L)[0])
    tensor = torch.ones(T, B, INPUT)
    assert not torch.allclose(TENSORS.rnn(tensor, H, L)[1], TENSORS.rnn(tensor, H, L)[1])
    np.random.seed(0)
    assert (NUMPY.rnn(x, 20, L)[0][1:] > 0.99).all(), "sums of weights from 0 to 1 are large"


def test_published_bidirectional_is_accepted_and_ignored():
    x = np.ones((T, B, INPUT))
    for output, hidden in (
        NUMPY.rnn(x, H, L, bidirectional=True),
        TENSORS.rnn(torch.ones(T, B, INPUT), H, L, bidirectional=True),
    ):
        assert (tuple(output.shape), tuple(hidden.shape)) == ((6, 5, 2), (4, 5, 2))
    one, other = (NUMPY_GIVEN.rnn(x, *weights(), bidirectional=flag) for flag in (False, True))
    assert np.array_equal(one[0], other[0])


def test_second_forms_differ_in_nothing_but_taking_weights():
    x = np.random.default_rng(1).random((T, B, INPUT))
    np.random.seed(0)
    drawn = NUMPY.rnn(x, H, L)
    np.random.seed(0)
    widths = [INPUT, *[H] * (L - 1)]
    given = [np.random.rand(H, n) for n in widths], [np.random.rand(H, H) for _ in widths]
    for one, other in zip(drawn, NUMPY_GIVEN.rnn(x, *given), strict=True):
        assert np.array_equal(one, other)
    tensor = torch.tensor(x, dtype=torch.float32)
    torch.manual_seed(0)
    drawn = TENSORS.rnn(tensor, H, L)
    torch.manual_seed(0)
    given = [torch.rand(H, n) for n in widths], [torch.rand(H, H) for _ in widths]
    for one, other in zip(drawn, TENSORS_GIVEN.rnn(tensor, *given), strict=True):
        assert torch.equal(one, other)


def test_published_tensors_repeat_their_last_step():
    x = torch.rand(T, B, INPUT)
    right, hidden = mended(x.numpy().astype(float), *weights(scale=0.3))
    output, last = TENSORS_GIVEN.rnn(x, *map(tensors, weights(scale=0.3)))
    assert all(torch.equal(step, output[-1]) for step in output), (
        "every step of output should be the last one, as published"
    )
    assert np.allclose(last.detach(), hidden, atol=1e-6), "its last states are right all the same"
    assert not np.allclose(output.detach(), right, atol=1e-3)


@pytest.mark.parametrize("length", [1, T])
def test_published_tensors_have_no_way_back(length):
    x = torch.rand(length, B, INPUT)
    for output, _ in (TENSORS.rnn(x, H, L), TENSORS_GIVEN.rnn(x, *map(tensors, weights()))):
        with pytest.raises(RuntimeError, match="modified by an inplace operation"):
            output.sum().backward()


def test_published_tensors_have_no_parameters():
    assert not list(TENSORS.RNN(INPUT, H, L).parameters())
    assert not list(TENSORS_GIVEN.RNN(INPUT, H, L, bias=False).parameters())


def test_what_is_named_is_not_narrowed_by_what_it_never_offers():
    """It takes no h_0: to say that its faults were found without one would be idle."""
    file = IMPLS / "published" / "stacked_cells_tensors_given_weights.py"
    result = conformance.check(file, "num_layers=1|2,batch_size=5,asks=values", case="*/configurations*")
    assert len(result.diagnosis.findings) == 3
    assert {finding.where for finding in result.diagnosis.findings} == {""}
