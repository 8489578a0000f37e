"""A sample of text: one character after another, drawn from what the network thinks comes next."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from conformance.arguments import Array, state_shape
from conformance.number_source import NumberSource
from conformance.training.task import Task

#: How many characters are written.
LENGTH = 120

#: One call of one time step: input and h_0 in, what each class is given (C,) and h_n out.
Step = Callable[[Array, Array], tuple[Array, Array]]


def write_text(task: Task, step: Step) -> str:
    """Text from the first character of the alphabet (a new line) on, the first state being zeros.

    Which character is drawn is settled by numbers that are the same for everyone, so that equal networks write equal
    text.
    """
    case, classes = task.case, len(task.alphabet)
    dtype = task.head["head.bias"].dtype
    chances = (NumberSource(f"{case.id}|sample").uniform("characters", (LENGTH,)) + 1) / 2
    shape = (1, classes) if case.batch_size is None else (1, 1, classes)
    rows = state_shape(case)[0]
    state = np.zeros((rows, case.hidden_size) if case.batch_size is None else (rows, 1, case.hidden_size), dtype)
    chosen, text = 0, ""
    for chance in chances:
        seen = np.zeros(classes, dtype)
        seen[chosen] = 1
        scores, state = step(seen.reshape(shape), state)
        weights = np.cumsum(np.exp(scores - scores.max()).astype(np.float64))
        chosen = min(int(np.searchsorted(weights, chance * weights[-1])), classes - 1)
        text += task.alphabet[chosen]
    return text
