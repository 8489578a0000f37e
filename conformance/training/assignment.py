"""Setting a task: a case of training in, its batches and initial parameters out, drawn from the case alone."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator

import numpy as np

from conformance.arguments import Array, draw, state_shape
from conformance.case import Case
from conformance.number_source import NumberSource
from conformance.question import SuiteError
from conformance.training import dataset
from conformance.training.task import Batch, Task

#: The digits that are held out, the last in the file: the others make 15 batches of 100, or 30 of 50.
HELD_OUT = 297
_CLASSES = 10


class TaskError(SuiteError):
    """The case does not fit its task: a sentence."""


def assign(case: Case, seed: int) -> Task:
    """What a case learns, drawn from the run's seed and its id; raises TaskError where its sizes do not fit."""
    source = NumberSource(f"{seed}|{case.id}|training")
    task = _digits(case, seed, source) if case.task == "digits" else _characters(case, seed, source)
    return task.astype(case.dtype)


def _digits(case: Case, seed: int, source: NumberSource) -> Task:
    """Many to one: an image is the sequence of its rows, and the class the digit that it shows.

    Every epoch shows what is not held out in another order; what does not fill a batch is left out of the epoch.
    """
    images, labels = dataset.digits()
    count = len(images) - HELD_OUT
    _hold(case, "input_size", images.shape[2], "one row of an image")
    _hold(case, "seq_len", images.shape[1], "the rows of an image")
    size = case.batch_size or 1
    _hold_at_most(case, "batch_size", size, count, "the images that are not held out")
    batches: list[Batch] = []
    epoch = 0
    while len(batches) < (case.steps or 0):
        order = np.argsort(source.uniform(f"order of epoch {epoch}", (count,)), kind="stable")
        chosen = [order[start : start + size] for start in range(0, count - size + 1, size)]
        batches += [_images(case, images[rows], labels[rows]) for rows in chosen]
        epoch += 1
    learned = tuple(_with_h_0(case, source, batches[: case.steps]))
    held_out = list(_exam(case, images[count:], labels[count:]))
    return Task(
        case=case,
        batches=learned,
        parameters=draw(case, seed).parameters,
        head=_head(case, source, _CLASSES),
        reads="h_n",
        held_out=tuple(_with_h_0(case, source, held_out, "held out ")),
    )


def _exam(case: Case, images: Array, labels: Array) -> Iterator[Batch]:
    """What is held out: all at once, or one by one where there is no batch."""
    size = len(images) if case.batched else 1
    for start in range(0, len(images), size):
        yield _images(case, images[start : start + size], labels[start : start + size])


def _images(case: Case, images: Array, labels: Array) -> Batch:
    """Images (B, 8, 8) as the input of a case."""
    return Batch(_laid_out(case, images), labels)


def _characters(case: Case, seed: int, source: NumberSource) -> Task:
    """Many to many: at each character of a text the class is the next one; as in min-char-rnn.

    Each sequence of a batch goes through a part of the text of its own, from step to step, and then begins again, with
    a state of zeros.
    """
    text = dataset.characters()
    alphabet = "".join(sorted(set(text)))
    _hold(case, "input_size", len(alphabet), "the characters of the text")
    size = case.batch_size or 1
    part = len(text) // size
    _hold_at_most(case, "seq_len", case.seq_len, part - 1, "the characters of a sequence's part of the text")
    classes = np.array([alphabet.index(character) for character in text])
    parts = classes[: size * part].reshape(size, part)
    a_round = (part - 1) // case.seq_len
    batches = []
    for step in range(case.steps or 0):
        start = step % a_round * case.seq_len
        batch = _characters_from(case, parts, start, len(alphabet))
        batches.append(dataclasses.replace(batch, carried=case.h_0_from == "previous" and start > 0))
    return Task(
        case=case,
        batches=tuple(_with_h_0(case, source, batches)),
        parameters=draw(case, seed).parameters,
        head=_head(case, source, len(alphabet)),
        reads="output",
        alphabet=alphabet,
    )


def _characters_from(case: Case, parts: Array, start: int, count: int) -> Batch:
    """One step of every part, one hot, and what comes next."""
    seen = parts[:, start : start + case.seq_len]
    following = parts[:, start + 1 : start + 1 + case.seq_len]
    time_first = case.batched and not case.batch_first
    return Batch(_laid_out(case, np.eye(count)[seen]), (following.T if time_first else following).ravel())


def _laid_out(case: Case, values: Array) -> Array:
    """An input (B, T, I) as the case's call has it."""
    if not case.batched:
        values = values[0]
    elif not case.batch_first:
        values = values.swapaxes(0, 1)
    return np.ascontiguousarray(values)


def _with_h_0(case: Case, source: NumberSource, batches: list[Batch], name: str = "") -> Iterator[Batch]:
    """Batches with an h_0 of their own: drawn anew each step, or zeros where the state is carried from there on."""
    for step, batch in enumerate(batches):
        if case.h_0 == "absent" or batch.carried:
            yield batch
            continue
        shape = state_shape(dataclasses.replace(case, batch_size=len(batch.targets)) if name and case.batched else case)
        drawn = source.uniform(f"{name}h_0 of step {step}", shape) * case.h_0_scale
        yield dataclasses.replace(batch, h_0=np.zeros(shape) if case.h_0_from == "previous" else drawn)


def _head(case: Case, source: NumberSource, classes: int) -> dict[str, Array]:
    """The head's parameters, uniform within 1/sqrt(its width), as torch.nn.Linear begins."""
    width = case.directions * case.hidden_size
    weight = source.uniform("head.weight", (classes, width)) / math.sqrt(width)
    return {"head.weight": weight, "head.bias": source.uniform("head.bias", (classes,)) / math.sqrt(width)}


def _hold(case: Case, name: str, wanted: int, what: str) -> None:
    """A size that the task fixes."""
    if getattr(case, name) != wanted:
        raise TaskError(f"{name} of {case.id} is {getattr(case, name)}, but should be {wanted} ({what})")


def _hold_at_most(case: Case, name: str, got: int, most: int, what: str) -> None:
    """A size that the data bounds."""
    if got > most:
        raise TaskError(f"{name} of {case.id} is {got}, but should be at most {most} ({what})")
