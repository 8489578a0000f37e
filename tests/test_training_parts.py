"""The parts of a training that the harness owns: the data, the head and the optimisers, each held to torch's own."""

import dataclasses

import numpy as np
import pytest
import torch
from trainings import characters, digits

from conformance.number_source import NumberSource
from conformance.question import SuiteError
from conformance.sweep.training_rules import TASK_SIZES
from conformance.training import assign, dataset, head
from conformance.training.optimizer import OPTIMIZERS, clipped
from conformance.training.sampling import LENGTH, write_text


def drawn(name, *shape):
    return NumberSource("tests").uniform(name, shape)


# ---- the data


def test_the_digits_are_all_there():
    images, labels = dataset.digits()
    assert images.shape == (1797, 8, 8)
    assert (images.min(), images.max()) == (0, 1)
    assert sorted(set(labels)) == list(range(10))


def test_the_sizes_that_the_rules_name_are_those_of_the_data():
    images, _ = dataset.digits()
    assert {name: size for name, (size, _) in TASK_SIZES["digits"].items()} == {"input_size": 8, "seq_len": 8}
    assert images.shape[1:] == (8, 8)
    assert {name: size for name, (size, _) in TASK_SIZES["characters"].items()} == {
        "input_size": len(set(dataset.characters()))
    }


def test_every_kind_of_data_has_its_notice():
    notice = (dataset._FOLDER / "README.md").read_text(encoding="utf-8")
    for file in dataset._FOLDER.iterdir():
        assert file.name == "README.md" or file.name in notice, f"{file.name} has no notice"


def test_what_was_printed_is_twelve_losses():
    assert len(dataset.published("row_sequence_classifier")) == 12
    assert dataset.published("row_sequence_classifier")[0] == 2.3821


# ---- the tasks


def test_a_task_is_the_same_every_time_and_another_with_another_seed():
    one, again, other = assign(digits(), 0), assign(digits(), 0), assign(digits(), 1)
    for a, b, c in zip(one.batches, again.batches, other.batches):
        assert np.array_equal(a.input, b.input)
        assert not np.array_equal(a.input, c.input)
    assert np.array_equal(one.head["head.weight"], again.head["head.weight"])


def test_an_epoch_shows_every_image_once_and_the_next_in_another_order():
    task = assign(digits(batch_size=500, steps=6), 0)
    images, _ = dataset.digits()
    epochs = [
        np.concatenate([batch.input.swapaxes(0, 1) for batch in part]) for part in (task.batches[:3], task.batches[3:])
    ]
    seen = [sorted(image.tobytes() for image in np.ascontiguousarray(epoch)) for epoch in epochs]
    assert seen[0] == seen[1] == sorted(image.tobytes() for image in images[:1500])
    assert not np.array_equal(*epochs)


def test_what_is_held_out_is_never_learned_from():
    task = assign(digits(batch_size=500, steps=3), 0)
    (exam,) = task.held_out
    assert exam.input.shape == (8, 297, 8)
    assert np.array_equal(exam.input.swapaxes(0, 1), dataset.digits()[0][1500:])


def test_a_character_is_told_from_those_before_it_and_a_step_goes_on_where_the_last_ended():
    task = assign(characters(batch_size=1, seq_len=5, steps=3), 0)
    text = "".join(task.alphabet[i] for batch in task.batches for i in batch.input[:, 0].argmax(axis=1))
    following = "".join(task.alphabet[i] for batch in task.batches for i in batch.targets)
    assert text == dataset.characters()[:15]
    assert following == dataset.characters()[1:16]


@pytest.mark.parametrize("batch_first", [False, True])
def test_every_sequence_of_a_batch_reads_a_part_of_its_own(batch_first):
    task = assign(characters(batch_size=2, seq_len=4, steps=1, batch_first=batch_first), 0)
    text, (batch,) = dataset.characters(), task.batches
    inputs = batch.input if batch_first else batch.input.swapaxes(0, 1)
    targets = batch.targets.reshape(inputs.shape[:2] if batch_first else inputs.shape[1::-1])
    for b, start in enumerate((0, len(text) // 2)):
        assert "".join(task.alphabet[i] for i in inputs[b].argmax(axis=1)) == text[start : start + 4]
        row = targets[b] if batch_first else targets[:, b]
        assert "".join(task.alphabet[i] for i in row) == text[start + 1 : start + 5]


def test_the_state_is_carried_but_where_the_text_begins_again():
    task = assign(characters(batch_size=1, seq_len=600, steps=5), 0)
    assert [batch.carried for batch in task.batches] == [False, True, True, False, True]
    assert [None if batch.h_0 is None else batch.h_0.any() for batch in task.batches] == [
        False,
        None,
        None,
        False,
        None,
    ]


def test_a_given_state_is_drawn_anew_each_step_and_for_what_is_held_out():
    task = assign(digits(h_0="given", h_0_scale=2.0, steps=2), 0)
    first, second = (batch.h_0 for batch in task.batches)
    assert not np.array_equal(first, second)
    assert 1 < np.abs(first).max() < 2
    assert task.held_out[0].h_0.shape == (1, 297, 6)


def test_without_a_batch_images_come_one_by_one():
    task = assign(digits(batch_size=None, steps=2), 0)
    assert task.batches[0].input.shape == (8, 8)
    assert len(task.held_out) == 297


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        (digits(input_size=7), "input_size of .* is 7, but should be 8 .one row of an image."),
        (digits(seq_len=9), "seq_len of .* is 9, but should be 8"),
        (digits(batch_size=1501), "batch_size of .* is 1501, but should be at most 1500"),
        (characters(input_size=45), "input_size of .* is 45, but should be 46"),
        (characters(seq_len=908), "seq_len of .* is 908, but should be at most 907"),
    ],
)
def test_a_case_that_does_not_fit_its_task_is_the_suites_fault(chosen, sentence):
    with pytest.raises(SuiteError, match=sentence):
        assign(chosen, 0)


# ---- the head


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"bidirectional": True, "num_layers": 2},
        {"batch_first": True, "num_layers": 2},
        {"batch_size": None, "bidirectional": True},
    ],
    ids=str,
)
@pytest.mark.parametrize("make", [digits, characters])
def test_the_head_is_torchs(make, settings, reduction):
    chosen = make(**settings, reduction=reduction)
    task = assign(chosen, 0)
    batch = task.batches[0]
    rows, width = chosen.num_layers * chosen.directions, chosen.directions * chosen.hidden_size
    sizes = () if chosen.batch_size is None else (chosen.batch_size,)
    output, h_n = drawn("output", *batch.input.shape[:-1], width), drawn("h_n", rows, *sizes, chosen.hidden_size)
    marks = head.mark(task, task.head, batch.targets, output, h_n)
    leaves = [torch.from_numpy(array).requires_grad_() for array in (output, h_n, *task.head.values())]
    if task.reads == "output":
        features = leaves[0].reshape(-1, width)
    else:
        last = leaves[1].reshape(chosen.num_layers, chosen.directions, -1, chosen.hidden_size)[-1]
        features = last.transpose(0, 1).reshape(-1, width)
    scores = torch.nn.functional.linear(features, *leaves[2:])
    loss = torch.nn.functional.cross_entropy(scores, torch.from_numpy(batch.targets), reduction=reduction)
    loss.backward()
    predictions = len(batch.targets) if reduction == "sum" else 1
    assert marks.loss == pytest.approx(loss.item() / predictions, rel=1e-14)
    found = (marks.grad_output, marks.grad_h_n, *marks.gradients.values())
    for mine, leaf in zip(found, leaves):
        assert mine.dtype == np.float64
        want = np.zeros_like(mine) if leaf.grad is None else leaf.grad.numpy()
        np.testing.assert_allclose(mine, want, rtol=1e-12, atol=1e-15)


def test_the_head_stays_finite_where_scores_are_far_apart():
    task = assign(digits(), 0)
    far = {"head.weight": task.head["head.weight"] * 1e5, "head.bias": task.head["head.bias"]}
    marks = head.mark(task, far, task.batches[0].targets, drawn("output", 8, 10, 6), drawn("h_n", 1, 10, 6))
    assert np.isfinite(marks.loss)
    assert np.isfinite(marks.gradients["head.weight"]).all()


# ---- the optimisers


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimiser_is_torchs_to_within_a_few_roundings(name, dtype):
    mine = {"a": drawn("a", 5, 3).astype(dtype), "b": drawn("b", 4).astype(dtype)}
    theirs = {key: torch.from_numpy(value.copy()).requires_grad_() for key, value in mine.items()}
    optimizer = OPTIMIZERS[name](0.05)
    torchs = getattr(torch.optim, name)(theirs.values(), lr=0.05)
    for step in range(40):
        gradients = {key: (drawn(f"{key}{step}", *value.shape) ** 3).astype(dtype) for key, value in mine.items()}
        optimizer.step(mine, gradients)
        for key, value in theirs.items():
            value.grad = torch.from_numpy(gradients[key])
        torchs.step()
    for key, value in mine.items():
        assert value.dtype == dtype
        assert np.abs(value - theirs[key].detach().numpy()).max() <= 40 * np.finfo(dtype).eps


def test_an_optimiser_changes_in_place_and_keeps_gradients_as_they_are():
    parameter, gradient = np.ones(2), np.array([1.0, -1.0])
    OPTIMIZERS["SGD"](0.5).step({"p": parameter}, {"p": gradient})
    assert parameter.tolist() == [0.5, 1.5]
    assert gradient.tolist() == [1.0, -1.0]


def test_clipping_is_number_by_number_and_leaves_nan():
    assert clipped(np.array([-9.0, 2.0, 9.0]), 5.0).tolist() == [-5.0, 2.0, 5.0]
    assert np.isnan(clipped(np.array([np.nan]), 5.0)).all()
    assert clipped(np.array([9.0]), None).tolist() == [9.0]


# ---- the sample


def test_a_sample_is_drawn_from_what_the_network_thinks_comes_next():
    task = assign(characters(), 0)

    def successor(seen, state):
        scores = np.full(46, -np.inf)
        scores[(seen.argmax() + 1) % 46] = 0.0
        return scores, state

    text = write_text(task, successor)
    assert len(text) == LENGTH
    assert text[:45] == task.alphabet[1:]
    assert text[45] == task.alphabet[0]


def test_a_sample_needs_a_state_that_can_be_handed_on():
    shapes = []
    write_text(
        assign(dataclasses.replace(characters(), batch_size=None, num_layers=2), 0),
        lambda seen, state: (shapes.append((seen.shape, state.shape)), (np.zeros(46), state))[1],
    )
    assert set(shapes) == {((1, 46), (2, 6))}
