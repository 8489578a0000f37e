"""The smoke step: before any case, can the implementation be handed its parameters, and does it read them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np

from conformance.arguments import Arguments, Array, draw
from conformance.case import Case
from conformance.connection import Connection
from conformance.implementation import BrokenImplementation, Implementation, NotConnectedError
from conformance.observation import (
    Answered,
    Declined,
    Lost,
    LostError,
    NotAnArray,
    Observation,
    Raised,
    TimedOut,
    observe,
    raised,
)

_SEED = 20_260_000
#: What every random generator that an implementation may draw weights from is set to before each build.
_GENERATOR_SEED = 0


def connect(implementation: Implementation, *, follow_dtype: bool = True) -> Connection:
    """Find out whether and in which dtype an implementation can be judged, and which parameters it never reads.

    Where nobody will `follow_dtype`, one that declines float64 has declined it.
    """
    if isinstance(implementation, BrokenImplementation):
        return Connection(implementation=implementation.name, connected=False, why=_import_sentence(implementation))
    dtype, notes = _dtype(implementation)
    notes = (*(notes if follow_dtype else ()), *implementation.notes)
    for case in _cases(dtype):
        observed = _observe(implementation, case)
        if isinstance(observed, Raised) and (observed.not_connected or observed.stage == "import"):
            why = observed.message if observed.not_connected else _cannot_be_imported(implementation, observed)
            return Connection(implementation=implementation.name, connected=False, why=why, dtype=dtype)
        if isinstance(observed, Answered):
            return _connection(implementation, case, observed, notes)
        if isinstance(observed, TimedOut):
            break  # the cases are few that it will be waited for
    # It answers nothing here; the cases say what it does.
    return Connection(implementation=implementation.name, connected=True, dtype=dtype, notes=notes)


def _connection(implementation: Implementation, case: Case, observed: Answered, notes: tuple[str, ...]) -> Connection:
    """Change one parameter after another and see whether the answer changes."""
    name, dtype = implementation.name, case.dtype
    base = draw(case, _SEED)
    read = {key: _differs(observed, _observe(implementation, case, _with(base, key))) for key in base.parameters}
    unread = tuple(key for key, differs in read.items() if differs is False)
    if len(unread) == len(read):
        arrays = ", ".join(f"{key} {value.shape}" for key, value in base.parameters.items())
        why = (
            f"{name} is not connected: it takes the parameters ({arrays}), but its answer is the same whatever they "
            "are. It computes with others; make forward use what load_state_dict is given."
        )
        # What is the same whatever its input is computes with no numbers of its own either.
        moved = _differs(observed, _observe(implementation, case, dataclasses.replace(base, input=base.input + 1)))
        own = unread if moved else ()
        return Connection(
            implementation=name, connected=False, why=why, dtype=dtype, parameters_unread=own, notes=notes
        )
    return Connection(implementation=name, connected=True, dtype=dtype, parameters_unread=unread, notes=notes)


def _cases(dtype: str) -> list[Case]:
    """From the configuration with most parameters to the one with fewest; the first that is answered is used."""
    sizes = {"input_size": 4, "hidden_size": 5, "seq_len": 3, "batch_size": 2}
    shapes = [(2, True, True), (2, False, True), (1, True, True), (1, False, True), (1, False, False)]
    return [
        Case(
            id=f"smoke/{number}",
            asks="values",
            dtype=dtype,  # type: ignore[arg-type]
            num_layers=layers,
            bidirectional=bidirectional,
            bias=bias,
            **sizes,  # type: ignore[arg-type]
        )
        for number, (layers, bidirectional, bias) in enumerate(shapes)
    ]


def _observe(implementation: Implementation, case: Case, arguments: Arguments | None = None) -> Observation:
    """Observe with the usual random generators at a fixed state, so that only the arguments can change the answer."""
    calls = ((case, draw(case, _SEED) if arguments is None else arguments),)
    return observe(implementation, case, calls, generators=_GENERATOR_SEED)


def _with(base: Arguments, name: str) -> Arguments:
    """The arguments with one parameter doubled and shifted."""
    changed = base.copy()
    changed.parameters[name] = 2 * changed.parameters[name] + changed.parameters[name].dtype.type(0.5)
    return changed


def _differs(before: Answered, after: Observation) -> bool | None:
    """Whether an answer changed; None where it cannot be compared."""
    if not isinstance(after, Answered):
        return None
    pairs = list(zip(_arrays(before), _arrays(after), strict=False))
    # Numbers that are not finite say nothing about what they were made of.
    if not all(np.isfinite(a).any() for a, _ in pairs) or not pairs:
        return None
    return any(not np.array_equal(a, b, equal_nan=True) for a, b in pairs)


def _arrays(observed: Answered) -> Iterator[Array]:
    """The arrays of the first call."""
    outputs = observed.calls[0].outputs
    if not isinstance(outputs, NotAnArray):
        yield from (value for value in outputs if not isinstance(value, NotAnArray))


def _dtype(implementation: Implementation) -> tuple[str, tuple[str, ...]]:
    """float32 for one that declines float64 and answers the same in float32, with a note that says so."""
    for wide, narrow in zip(reversed(_cases("float64")), reversed(_cases("float32")), strict=True):
        first = _observe(implementation, wide)
        if not isinstance(first, Declined):
            break
        if isinstance(_observe(implementation, narrow), Answered):
            return "float32", (f"it declines float64 ({first.reason}) and is judged in float32 throughout",)
    return "float64", ()


def _import_sentence(implementation: BrokenImplementation) -> str:
    """Why it cannot be imported, or started."""
    if isinstance(implementation.error, NotConnectedError):
        return f"{implementation.name} cannot be started: {implementation.error}"
    if isinstance(implementation.error, LostError):  # it was imported elsewhere
        error = implementation.error.observation
        if not isinstance(error, Raised):
            return f"{implementation.name} cannot be imported: {error.why if isinstance(error, Lost) else error.reason}"
    else:
        error = raised(implementation.error, "import")
    return _cannot_be_imported(implementation, error)


def _cannot_be_imported(implementation: Implementation, error: Raised) -> str:
    where = f" at {error.where}" if error.where else ""
    message = " ".join(error.message.split())
    return f"{implementation.name} cannot be imported: {error.kind}{where}: {message}"
