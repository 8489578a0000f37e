"""The first source: one function over two packed weight arrays, of which its author asked whether it is right."""

import math

import numpy as np
import pytest
from source_files import both

MENDED, PUBLISHED = both("packed_weights")
T, B, INPUT, H = 5, 4, 3, 2


def arrays(layers=2, directions=1, seed=0):
    """xs, h, w0, w and b in their documented shapes."""
    rng = np.random.default_rng(seed)
    shapes = [
        (T, B, INPUT),
        (layers, directions, B, H),
        (directions, 2 * H, INPUT + H),
        (layers - 1, directions, H, directions * H + H),
        (layers, directions, H),
    ]
    return [rng.uniform(-1, 1, shape) for shape in shapes]


@pytest.mark.parametrize("directions", [1, 2])
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_mended_output_and_h_n_have_torchs_shapes(layers, directions):
    output, h_n = MENDED.rnn(*arrays(layers, directions), layers, bidirectional=directions == 2)
    assert output.shape == (T, B, directions * H)
    assert h_n.shape == (layers * directions, B, H)


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_published_output_has_an_axis_too_many(layers):
    output, h_n = PUBLISHED.rnn(*arrays(layers), layers)
    assert output.shape == (T, B, H, 1)
    assert h_n.shape == (layers, B, H)


@pytest.mark.parametrize(("layers", "error"), [(1, IndexError), (2, ValueError), (3, ValueError)])
def test_published_bidirectional_does_not_return(layers, error):
    with pytest.raises(error):
        PUBLISHED.rnn(*arrays(layers, 2), layers, bidirectional=True)


def test_without_b_there_is_no_bias_and_published_it_raises():
    xs, h, w0, w, b = arrays()
    without, _ = MENDED.rnn(xs, h, w0, w)
    assert np.array_equal(without, MENDED.rnn(xs, h, w0, w, 0 * b)[0])
    with pytest.raises(TypeError):
        PUBLISHED.rnn(xs, h, w0, w)


@pytest.mark.parametrize(("module", "directions"), [(MENDED, 1), (MENDED, 2), (PUBLISHED, 1)])
def test_two_blocks_of_w0_are_never_read(module, directions):
    xs, h, w0, w, b = arrays(directions=directions)
    plain = module.rnn(xs, h, w0, w, b, bidirectional=directions == 2)
    noise = np.random.default_rng(1).normal(size=w0.shape)
    for filling in (1e3 * noise, np.full(w0.shape, np.nan)):
        noisy = w0.copy()
        noisy[:, :H, INPUT:], noisy[:, H:, :INPUT] = filling[:, :H, INPUT:], filling[:, H:, :INPUT]
        for one, other in zip(plain, module.rnn(xs, h, noisy, w, b, bidirectional=directions == 2), strict=True):
            assert np.array_equal(one, other)


def by_hand(xs, w0, b):
    """Every state of one layer for one sequence, number by number, as one would on paper."""
    states, state = [], [0.0] * H
    for x in xs:
        state = [
            math.tanh(
                sum(w0[0, i, j] * x[j] for j in range(INPUT))
                + sum(w0[0, H + i, INPUT + k] * state[k] for k in range(H))
                + b[0, 0, i]
            )
            for i in range(H)
        ]
        states.append(state)
    return np.array(states)


def test_five_vectors_of_three_elements_by_hand():
    """The check that its author was advised to make: every time step's state, calculated by hand."""
    xs, h, w0, w, b = arrays(layers=1)
    for sequence in range(B):
        wanted = by_hand(xs[:, sequence], w0, b)
        right, _ = MENDED.rnn(xs, 0 * h, w0, w, b, 1)
        assert np.allclose(right[:, sequence], wanted, atol=1e-14)
        wrong = PUBLISHED.rnn(xs, 0 * h, w0, w, b, 1)[0][:, sequence, :, 0]
        assert np.allclose(wrong[0], wanted[0], atol=1e-14)
        assert not np.isclose(wrong[1:], wanted[1:], atol=1e-3).any(), "its state is carried after all"


def test_published_steps_see_their_own_input_alone():
    xs, h, w0, w, b = arrays()
    changed = xs.copy()
    changed[1] += 1
    for module, touched in ((PUBLISHED, [1]), (MENDED, [1, 2, 3, 4])):
        before, after = (module.rnn(x, h, w0, w, b)[0] for x in (xs, changed))
        assert [t for t in range(T) if not np.array_equal(before[t], after[t])] == touched


def test_nonlinearity_is_read_and_published_it_is_not():
    given = arrays()
    assert MENDED.rnn(*given, nonlinearity="relu")[0].min() == 0
    with pytest.raises(ValueError, match="nonlinearity is 'gelu', but should be 'tanh' or 'relu'"):
        MENDED.rnn(*given, nonlinearity="gelu")
    plain, _ = PUBLISHED.rnn(*given)
    for other in ("relu", "gelu"):
        assert np.array_equal(plain, PUBLISHED.rnn(*given, nonlinearity=other)[0])


def test_dropout_acts_between_layers_in_training_alone_and_published_never():
    given = arrays()
    plain, _ = MENDED.rnn(*given)
    assert np.array_equal(plain, MENDED.rnn(*given, dropout=0.5, training=False)[0])
    assert not np.array_equal(plain, MENDED.rnn(*given, dropout=0.9)[0])
    one_layer = arrays(layers=1)
    assert np.array_equal(MENDED.rnn(*one_layer, 1)[0], MENDED.rnn(*one_layer, 1, dropout=0.9)[0])
    assert np.array_equal(PUBLISHED.rnn(*given)[0], PUBLISHED.rnn(*given, dropout=0.9)[0])


def test_dropout_keeps_the_expectation():
    kept = MENDED._drop(np.ones((200, 50, 20)), 0.25)
    assert set(np.unique(kept)) == {0, 1 / 0.75}
    assert abs(kept.mean() - 1) < 0.01  # about twelve standard deviations
    assert not MENDED._drop(np.ones(50), 1.0).any()
