"""What a training case must keep, each rule a sentence: sizes that fit its task, and what can be judged at all."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.case import Case

#: The sizes that a task fixes, as training/assignment.py finds them in the data, and what they are.
TASK_SIZES = {
    "digits": {"input_size": (8, "one row of an image"), "seq_len": (8, "the rows of an image")},
    "characters": {"input_size": (46, "the different characters of the text")},
}

#: What is many to many predicts each step's successor.
_WRITES = ("characters",)


def training_rules(case: Case) -> list[str]:
    """Every rule that a case breaks."""
    return [*_task_rules(case), *_layer_rules(case), *_state_rules(case), *_update_rules(case)]


def _task_rules(case: Case) -> Iterator[str]:
    for name, (wanted, what) in TASK_SIZES[case.task or "digits"].items():
        got = getattr(case, name)
        if got != wanted:
            yield f"{name} is {got}, but should be {wanted} ({what}, task: {case.task})"
    if case.batch_size == 0:
        yield "batch_size is 0, but should be 1 or more (there is nothing to learn from none)"
    if case.task in _WRITES and case.bidirectional:
        yield "bidirectional is true, but should be false (the reverse direction would have read what comes next)"


def _layer_rules(case: Case) -> Iterator[str]:
    if case.nonlinearity != "tanh":
        yield (
            f"nonlinearity is {case.nonlinearity}, but should be tanh in training (where rounding decides on which "
            "side of relu's kink a number lies, two right runs part)"
        )
    if case.dropout:
        yield f"dropout is {case.dropout}, but should be 0 in training (its random masks are out of scope)"


def _state_rules(case: Case) -> Iterator[str]:
    if case.h_0_from == "previous" and case.h_0 == "absent":
        yield "h_0_from is previous, but the call has no h_0 (h_0: given)"
    if case.h_0_from == "previous" and case.task not in _WRITES:
        yield f"h_0_from is previous, but should be random (no batch of {case.task} goes on from the one before)"
    if case.h_0_scale != 1 and (case.h_0 == "absent" or case.h_0_from == "previous"):
        yield "h_0_scale is set, but no h_0 is drawn (h_0: given, h_0_from: random)"


def _update_rules(case: Case) -> Iterator[str]:
    if case.published and case.task != "digits":
        yield f"published is {case.published}, but should be left out (its task is digits, and not {case.task})"
