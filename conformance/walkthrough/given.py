"""What a case gives to a network: how it is built and called, and every number that goes in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from conformance.arguments import Arguments, Array
from conformance.case import SIZES, Case
from conformance.description import describe
from conformance.report.text import wrapped
from conformance.walkthrough.text import Numbers, Row
from conformance.walkthrough.trace import time_major, with_batch

#: Numbers of one array that are printed.
_MOST = 16
#: Characters of one row of numbers.
_WIDEST = 28


def call(case: Case, times: int = 1) -> Iterator[str]:
    """How the network is built and called, in Python."""
    positional, keywords = case.constructor()
    named = dict(zip((name for name in SIZES if name != case.omit), positional, strict=False)) | keywords
    constructor = f"rnn = RNN({', '.join(f'{name}={value!r}' for name, value in named.items())})"
    yield from wrapped(constructor, "  ", " " * len("  rnn = RNN("))
    again = f"   # {times} calls, one after another" if times > 1 else ""
    yield f"  output, h_n = rnn(input{', h_0' if case.h_0 == 'given' else ''}){again}"
    if case.asks == "gradients":
        yield f"  gradients = rnn.backward(grad_output, grad_h_n){'   # after each call' if times > 1 else ''}"


def numbers(calls: Sequence[tuple[Case, Arguments]]) -> Iterator[str]:
    """Every array that goes in, of every call that counts."""
    rows = [row for name, array in calls[0][1].parameters.items() for row in _rows(name, array, [])]
    for number, (case, arguments) in enumerate(calls):
        which = f", call {number + 1}" if len(calls) > 1 else ""
        rows += [row for name, array in _arrays(case, arguments) for row in _labelled(case, name, array, which)]
    names, shapes = (max(len(row[column]) for row in rows) for column in (0, 1))
    for name, shape, values, label in rows:
        yield f"  {name:<{names}}  {shape:<{shapes}}  {values}{f'   {label}' if label else ''}".rstrip()


def shapes(case: Case, arguments: Arguments) -> Iterator[str]:
    """The shapes alone; what is passed wrongly on purpose is said in full."""
    arrays = [*arguments.parameters.items(), *_arrays(case, arguments)]
    yield from wrapped(", ".join(f"{name} {_shape(case, array)}" for name, array in arrays), "  ")


def _shape(case: Case, value: object) -> str:
    """A shape, with the dtype where that is not the case's."""
    if not isinstance(value, np.ndarray):
        return f"is {describe(value)}"
    return f"{value.shape}{'' if value.dtype == case.dtype else f' {value.dtype}'}"


def _arrays(case: Case, arguments: Arguments) -> Iterator[tuple[str, Array]]:
    """The arrays of a call by the names of the arguments."""
    yield "input", arguments.input
    if case.h_0 == "given":
        yield "h_0", arguments.h_0
    if case.asks == "gradients":
        yield "grad_output", arguments.grad_output
        yield "grad_h_n", arguments.grad_h_n


def _labelled(case: Case, name: str, array: Array, which: str) -> Iterator[Row]:
    """One row a time step or scan and a sequence, with words on which it is."""
    if name in ("h_0", "grad_h_n"):
        inside = with_batch(case, array)
        places = [f"layer {row // case.directions}" for row in range(len(inside))]
        if case.bidirectional:
            places = [f"{place}, {('forward', 'reverse')[row % 2]}" for row, place in enumerate(places)]
    else:
        inside, places = time_major(case, array), [f"time step {step}" for step in range(case.seq_len)]
    sequences = [f", sequence {b}" for b in range(inside.shape[1])] if inside.shape[1] > 1 else [""]
    rows = _rows(name + which, inside, [place + sequence for place in places for sequence in sequences])
    for number, (first, _, *rest) in enumerate(rows):
        yield first, "" if number else str(array.shape), *rest


def _rows(name: str, array: Array, labels: list[str]) -> Iterator[Row]:
    """An array row by row; a large one in words."""
    lines = array.reshape(-1, array.shape[-1]).tolist() if 0 < array.size <= _MOST else []
    values = ["  ".join(f"{Numbers()(value):>5}" for value in line) for line in lines]
    if not values or max(map(len, values)) > _WIDEST:
        yield name, str(array.shape), f"{array.size:,} numbers{', written out by --script' if array.size else ''}", ""
        return
    for number, line in enumerate(values):
        label = labels[number] if labels else ""
        yield ("", "", line, label) if number else (name, str(array.shape), line, label)
