"""What an implementation did with a case as a frame, and a frame as an observation again."""

from __future__ import annotations

from typing import Any

import numpy as np

from conformance.arguments import Array
from conformance.case import Case
from conformance.observation import (
    Answered,
    Call,
    Declined,
    NotAnArray,
    NotGradients,
    Observation,
    Raised,
    Value,
)
from conformance.wire import value as wire
from conformance.wire.entries import Entries
from conformance.wire.frame import LONGEST_NAME, Frame, Kind, ProtocolError

_OUTPUTS = ("output", "h_n")
_PAIR = "a tuple of output and h_n"
_NOTHING = "nothing"
#: As what numbers of a dtype that the wire does not carry are sent, by NumPy's kind.
_CARRIES = {"b": "bool", "i": "int64", "u": "int64", "f": "float64", "c": "complex128"}


def write_reply(observation: Answered | Raised | Declined, sequence: int) -> Frame:
    """The frame that tells of an observation: ANSWER, RAISED or DECLINED."""
    if isinstance(observation, Declined):
        return Frame(Kind.DECLINED, sequence, {"reason": observation.reason})
    if isinstance(observation, Raised):
        return Frame(Kind.RAISED, sequence, _raised_entries("", observation))
    entries: dict[str, wire.Value] = {}
    for number, call in enumerate(observation.calls):
        _write_outputs(entries, f"call/{number}", call.outputs)
        _write_gradients(entries, f"call/{number}", call.gradients)
    _write_failure(entries, "ended", observation.ended)
    entries["changed"] = "\n".join(observation.changed)
    entries["altered"] = "\n".join(observation.altered)
    return Frame(Kind.ANSWER, sequence, entries)


def read_reply(frame: Frame, case: Case, calls: int) -> Observation:
    """The observation that a frame tells of, for so many calls of a case; ProtocolError for any other frame."""
    entries = Entries(frame.entries)
    if frame.kind is Kind.DECLINED:
        observed: Observation = _declined(case, entries.text("reason", ""))
    elif frame.kind is Kind.RAISED:
        observed = _read_raised(entries, "")
    elif frame.kind is Kind.ANSWER:
        observed = _read_answer(entries, case, calls)
    elif frame.kind is Kind.REFUSED:
        raise ProtocolError(f"it refuses the question ({entries.text('reason', 'no reason given')})")
    else:
        raise ProtocolError(f"its kind is {frame.kind.name}, but should be ANSWER, DECLINED, RAISED or REFUSED")
    entries.none_left()
    return observed


def read_raised(frame: Frame) -> Raised:
    """The error that a RAISED frame tells of; ProtocolError for any other frame."""
    if frame.kind is not Kind.RAISED:
        raise ProtocolError(f"its kind is {frame.kind.name}, but should be RAISED")
    return _read_raised(Entries(frame.entries), "")


# ---- writing


def _write_outputs(entries: dict[str, wire.Value], prefix: str, outputs: tuple[Value, ...] | NotAnArray) -> None:
    """What forward returned."""
    if isinstance(outputs, NotAnArray):
        _write_value(entries, f"{prefix}/returned", outputs)
    elif not outputs:
        entries[f"{prefix}/returned"] = None
    for number, value in enumerate(outputs if isinstance(outputs, tuple) else ()):
        _write_value(entries, f"{prefix}/{_output_name(number)}", value)


def _write_gradients(entries: dict[str, wire.Value], prefix: str, gradients: Any) -> None:
    """What backward did."""
    if isinstance(gradients, NotGradients):
        entries[f"{prefix}/gradients/returned"] = gradients.description
    elif isinstance(gradients, dict):
        for name, value in gradients.items():
            if 0 < len(name.encode("utf-8", "replace")) < LONGEST_NAME // 2:  # others are nobody's gradients
                _write_value(entries, f"{prefix}/gradient/{name}", value)
    else:
        _write_failure(entries, f"{prefix}/gradients", gradients)


def _write_value(entries: dict[str, wire.Value], name: str, value: Value) -> None:
    """An array, or what there is instead of one."""
    name = name.encode("utf-8", "replace").decode()
    if not isinstance(value, NotAnArray):
        entries[name] = value if wire.carries(value.dtype) else _cast(value, _CARRIES[value.dtype.kind])
        if not wire.carries(value.dtype):
            entries[f"dtype/{name}"] = str(value.dtype)
        return
    entries[name] = value.description
    if value.array_type != _PAIR:
        entries["array_type"] = value.array_type
    if value.numbers is not None and wire.carries(value.numbers.dtype):
        entries[f"numbers/{name}"] = value.numbers


def _cast(array: Array, dtype: Any) -> Array:
    """The same numbers, as far as they go."""
    with np.errstate(all="ignore"):
        return array.astype(dtype)


def _write_failure(entries: dict[str, wire.Value], prefix: str, failure: Raised | Declined | None) -> None:
    if isinstance(failure, Declined):
        entries[f"{prefix}/declined"] = failure.reason
    elif isinstance(failure, Raised):
        entries.update(_raised_entries(f"{prefix}/raised/", failure))


def _raised_entries(prefix: str, raised: Raised) -> dict[str, wire.Value]:
    told: dict[str, wire.Value] = {
        "stage": raised.stage,
        "kind": raised.kind,
        "message": raised.message,
        "where": raised.where,
        "bases": "\n".join(raised.bases),
        "not_connected": raised.not_connected,
    }
    return {prefix + name: value for name, value in told.items()}


# ---- reading


def _read_answer(entries: Entries, case: Case, asked: int) -> Answered:
    """Every call, in order; fewer than were asked only where it says how the next one ended."""
    array_type = entries.text("array_type", "array")
    read = []
    for number in range(asked):
        if not entries.any(f"call/{number}/", f"numbers/call/{number}/"):
            break
        prefix = f"call/{number}"
        outputs = _read_outputs(entries, prefix, array_type)
        gradients = _read_gradients(entries, prefix, case, array_type) if case.asks == "gradients" else None
        read.append(Call(outputs, gradients))
    ended = _read_failure(entries, "ended", case)
    if not read or (len(read) < asked and ended is None):
        raise ProtocolError(
            f"it answers {len(read)} of {asked} calls, but should answer every call or say how it ended"
        )
    return Answered(tuple(read), entries.lines("changed"), entries.lines("altered"), ended)


def _read_outputs(entries: Entries, prefix: str, array_type: str) -> tuple[Value, ...] | NotAnArray:
    """What forward returned."""
    returned = f"{prefix}/returned"
    if entries.any(returned):
        value = _read_value(entries, returned, _PAIR)
        return value if isinstance(value, NotAnArray) and value.description != _NOTHING else ()
    outputs: list[Value] = []
    while entries.any(f"{prefix}/{_output_name(len(outputs))}"):
        outputs.append(_read_value(entries, f"{prefix}/{_output_name(len(outputs))}", array_type))
    if not outputs:
        raise ProtocolError(f"{prefix}/output is missing, but should be there")
    return tuple(outputs)


def _read_gradients(entries: Entries, prefix: str, case: Case, array_type: str) -> Any:
    """What backward did."""
    failure = _read_failure(entries, f"{prefix}/gradients", case)
    if failure is not None:
        return failure
    returned = entries.text(f"{prefix}/gradients/returned", "")
    if returned:
        return NotGradients(returned)
    names = entries.names(f"{prefix}/gradient/")
    return {name: _read_value(entries, f"{prefix}/gradient/{name}", array_type) for name in names}


def _read_value(entries: Entries, name: str, array_type: str) -> Value:
    """An array, or the description of what there is instead of one."""
    value = entries.take(name)
    if isinstance(value, np.ndarray):
        other = entries.text(f"dtype/{name}", "")
        return _cast(value, wire.OTHERS[other]) if other in wire.OTHERS else value
    if not isinstance(value, str):
        return NotAnArray(_NOTHING if value is None else f"{value}, which is no array", array_type)
    numbers = entries.take(f"numbers/{name}") if f"numbers/{name}" in entries else None
    return NotAnArray(value, array_type, numbers if isinstance(numbers, np.ndarray) else None)


def _read_failure(entries: Entries, prefix: str, case: Case) -> Raised | Declined | None:
    """How something ended, if it is there."""
    if entries.any(f"{prefix}/declined"):
        return _declined(case, entries.text(f"{prefix}/declined", ""))
    return _read_raised(entries, f"{prefix}/raised/") if entries.any(f"{prefix}/raised/") else None


def _read_raised(entries: Entries, prefix: str) -> Raised:
    """An error, in its own words; every part may be left out."""
    kind = entries.text(f"{prefix}kind", "") or "an error"
    return Raised(
        stage=entries.text(f"{prefix}stage", "") or "forward",
        kind=kind,
        bases=entries.lines(f"{prefix}bases") or (kind,),
        message=entries.text(f"{prefix}message", ""),
        where=entries.text(f"{prefix}where", ""),
        not_connected=entries.truth(f"{prefix}not_connected"),
    )


def _declined(case: Case, reason: str) -> Declined | Raised:
    """Declining refuses, where refusing is what is asked for."""
    if case.asks == "validation":
        return Raised("construct", "NotImplementedError", ("NotImplementedError",), reason, "")
    return Declined(reason or "no reason given")


def _output_name(number: int) -> str:
    """`output`, `h_n`, and what should not be there: `value/2`, `value/3`, ..."""
    return _OUTPUTS[number] if number < len(_OUTPUTS) else f"value/{number}"
