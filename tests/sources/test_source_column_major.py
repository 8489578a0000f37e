"""The third source: a cell with a softmax head, features first, forward and backward, held to torch's autograd."""

import numpy as np
import pytest
import torch
from source_files import both

MENDED, PUBLISHED = both("column_major")
INPUT, B, T, H, OUT = 3, 4, 6, 5, 2
SHAPES = {"Wam": (H, INPUT), "Waa": (H, H), "ba": (H, 1), "Wya": (OUT, H), "by": (OUT, 1)}
ROUNDING = 1e-13


def drawn(seed=0):
    """x (I, B, T), a0 (H, B) and the parameters."""
    rng = np.random.default_rng(seed)
    parameters = {name: rng.uniform(-1, 1, shape) for name, shape in SHAPES.items()}
    return rng.uniform(-1, 1, (INPUT, B, T)), rng.uniform(-1, 1, (H, B)), parameters


def in_torch(x, a0, parameters):
    """The same forward in tensors that autograd can differentiate by: leaves, states (H, B, T), predictions (O, B, T)."""
    leaves = {"x": x, "a0": a0} | parameters
    leaves = {name: torch.tensor(value, requires_grad=True) for name, value in leaves.items()}
    p, a, states, predictions = leaves, leaves["a0"], [], []
    for t in range(T):
        a = torch.tanh(p["Wam"] @ p["x"][:, :, t] + p["Waa"] @ a + p["ba"])
        states.append(a)
        predictions.append(torch.softmax(p["Wya"] @ a + p["by"], dim=0))
    return leaves, torch.stack(states, dim=2), torch.stack(predictions, dim=2)


def autograd(leaves, loss):
    """The gradient of every leaf, named as `rnn_backward` names them."""
    found = torch.autograd.grad(loss, list(leaves.values()))
    return {f"d{name}": gradient.numpy() for name, gradient in zip(leaves, found, strict=True)}


def differ(found, wanted):
    """The names whose gradients differ by more than rounding, or that are missing."""
    return {name for name, w in wanted.items() if name not in found or not np.allclose(found[name], w, atol=ROUNDING)}


@pytest.mark.parametrize("module", [MENDED, PUBLISHED], ids=["mended", "published"])
def test_forward_is_torchs_and_documented_shapes_are_kept(module):
    given = drawn()
    a, y, caches = module.rnn_forward(*given)
    assert (a.shape, y.shape, len(caches)) == ((H, B, T), (OUT, B, T), T)
    _, states, predictions = in_torch(*given)
    assert np.allclose(a, states.detach(), atol=ROUNDING)
    assert np.allclose(y, predictions.detach(), atol=ROUNDING)
    assert np.allclose(y.sum(axis=0), 1, atol=ROUNDING), "predictions are normalised over the features"


def test_the_whole_way_back_is_autograds_with_gradients_on_states_and_predictions():
    x, a0, parameters = drawn()
    rng = np.random.default_rng(1)
    da, dy = rng.uniform(-1, 1, (H, B, T)), rng.uniform(-1, 1, (OUT, B, T))
    leaves, states, predictions = in_torch(x, a0, parameters)
    wanted = autograd(leaves, (torch.tensor(da) * states).sum() + (torch.tensor(dy) * predictions).sum())
    _, _, caches = MENDED.rnn_forward(x, a0, parameters)
    found = MENDED.rnn_backward(da, caches, dy)
    assert {name: gradient.shape for name, gradient in found.items()} == {
        f"d{name}": value.shape for name, value in ({"x": x, "a0": a0} | parameters).items()
    }
    assert not differ(found, wanted)


def test_the_way_back_from_cross_entropy_is_autograds():
    x, a0, parameters = drawn()
    _, y, caches = MENDED.rnn_forward(x, a0, parameters)
    labels = np.random.default_rng(2).integers(OUT, size=(B, T))
    chosen = np.arange(OUT)[:, None, None] == labels
    leaves, _, predictions = in_torch(x, a0, parameters)
    loss = -torch.log(predictions[torch.tensor(chosen)]).sum()
    found = MENDED.rnn_backward(np.zeros((H, B, T)), caches, np.where(chosen, -1 / y, 0))
    assert not differ(found, autograd(leaves, loss))
    logits = parameters["Wya"] @ MENDED.rnn_forward(x, a0, parameters)[0].transpose(2, 0, 1) + parameters["by"]
    entropy = torch.nn.functional.cross_entropy(
        torch.tensor(logits.transpose(1, 2, 0)).permute(1, 0, 2), torch.tensor(labels), reduction="sum"
    )
    assert abs(entropy.item() - loss.item()) < 1e-12


def test_a_head_is_needed_for_gradients_of_predictions():
    x, a0, parameters = drawn()
    bare = {name: parameters[name] for name in ("Wam", "Waa", "ba")}
    a, y, caches = MENDED.rnn_forward(x, a0, bare)
    assert y is None
    assert np.array_equal(a, MENDED.rnn_forward(x, a0, parameters)[0])
    with pytest.raises(ValueError, match="no head"):
        MENDED.rnn_backward(np.zeros_like(a), caches, np.zeros((OUT, B, T)))


def test_published_way_back_is_not_autograds_and_takes_nothing_from_the_loss():
    x, a0, parameters = drawn()
    _, _, caches = PUBLISHED.rnn_forward(x, a0, parameters)
    ones, others = (PUBLISHED.rnn_backward(scale * np.ones((H, B, T)), caches) for scale in (1, -7))
    assert set(ones) == {"da0", "dWam", "dWaa", "dba"}, "of x and of the head it returns none"
    assert all(np.array_equal(ones[name], others[name]) for name in ones)
    leaves, states, _ = in_torch(x, a0, parameters)
    del leaves["Wya"], leaves["by"]
    wanted = autograd(leaves, states.sum())
    assert differ(ones, wanted) == set(wanted)
    assert not differ(MENDED.rnn_backward(np.ones((H, B, T)), MENDED.rnn_forward(x, a0, parameters)[2]), wanted)


def test_published_softmax_makes_nan_of_a_column_far_below_the_largest_number():
    z = np.array([[1000.0, 0.0, 1.0], [999.0, -3.0, 1.0]])
    with np.errstate(invalid="ignore"):
        wrong = PUBLISHED.softmax(z)
    assert np.isnan(wrong[:, 1:]).all()
    assert np.isfinite(wrong[:, 0]).all()
    assert np.allclose(MENDED.softmax(z), torch.softmax(torch.tensor(z), dim=0), atol=ROUNDING)


def test_mended_softmax_and_its_gradient_are_torchs_for_large_and_small_numbers():
    rng = np.random.default_rng(3)
    for scale in (1e-3, 1.0, 30.0, 1e4):
        z, dy = scale * rng.normal(size=(4, 6)), rng.normal(size=(4, 6))
        tensor = torch.tensor(z, requires_grad=True)
        y = torch.softmax(tensor, dim=0)
        (wanted,) = torch.autograd.grad(y, tensor, torch.tensor(dy))
        found = MENDED.softmax(z)
        assert np.allclose(found, y.detach(), atol=ROUNDING)
        assert np.allclose(MENDED.softmax_backward(dy, found), wanted, atol=ROUNDING)


def test_published_numbers_of_the_cell():
    np.random.seed(1)
    x_t, a_prev, waa = np.random.randn(4, 10), np.random.randn(5, 10), np.random.randn(5, 5)
    silent = {
        "Wam": np.zeros((5, 4)),
        "Waa": waa,
        "ba": np.zeros((5, 1)),
        "Wya": np.zeros((2, 5)),
        "by": np.zeros((2, 1)),
    }
    for module in (MENDED, PUBLISHED):
        a_next, _, _ = module.rnn_cell_forward(x_t, a_prev, silent)
        product = np.arctanh(a_next)
        assert np.allclose(product[0, :4], [0.936942267, -1.36240034, -1.32303370, 1.69031962], atol=1e-8)
        assert np.allclose(product[-1, -2:], [1.61929495, -2.00921669], atol=1e-8)


def test_published_numbers_of_the_sequence():
    np.random.seed(1)
    for shape in ((4, 10, 3), (5, 10), (5, 5)):
        np.random.randn(*shape)
    assert abs(np.random.randn(5, 4)[0, 0] + 1.62743834) < 1e-8
