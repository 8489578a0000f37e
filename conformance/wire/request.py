"""A case as a frame, and a frame as a case again, for the other side."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from conformance.arguments import Arguments
from conformance.case import CONSTRUCTOR_DEFAULTS, SIZES, Case
from conformance.wire.frame import Frame, Kind, ProtocolError, quoted
from conformance.wire.hints import HINTS, Hints, hint_entries
from conformance.wire.value import Value

Calls = tuple[tuple[Case, Arguments], ...]

#: The first question to every process.
HELLO = Frame(Kind.HELLO, 0, {"harness": "rnn-conformance", "versions": "1"})

_ARGUMENT, _PARAMETER = "argument/", "parameter/"
_CALL = re.compile(r"call/(0|[1-9][0-9]{0,3})/(input|h_0|h_0/0|h_0/1|grad_output|grad_h_n)")
_ASKS = ("values", "gradients", "validation")
_NO_GRADIENT = np.zeros(0)


def write_request(case: Case, calls: Calls, sequence: int, hints: Hints | None = None) -> Frame:
    """Everything that an implementation is told of a case; neither its id nor what comes out of it is."""
    positional, keywords = case.constructor()
    entries: dict[str, Value] = {"asks": case.asks, "dtype": case.dtype} | hint_entries(hints or Hints())
    entries |= {_ARGUMENT + name: value for name, value in zip(SIZES, positional, strict=False)}
    entries |= {_ARGUMENT + name: value for name, value in keywords.items()}
    if case.layout != "contiguous":
        entries["layout"] = case.layout
    entries |= {_PARAMETER + name: array for name, array in calls[0][1].parameters.items()}
    for number, (_, arguments) in enumerate(calls):
        given = _call_entries(arguments, gradients=case.asks == "gradients")
        entries |= {f"call/{number}/{name}": value for name, value in given}
    return Frame(Kind.CASE, sequence, entries)


def read_request(frame: Frame) -> tuple[Case, Calls]:
    """A case that constructs, and calls that hand over, what was asked; ProtocolError for any other frame.

    Only what an implementation is told is in them: the case's id is empty, and the sizes of its data are not set. What
    else it may heed `read_hints` tells.
    """
    if frame.kind is not Kind.CASE:
        raise ProtocolError(f"its kind is {frame.kind.name}, but should be CASE")
    entries = {name: value for name, value in frame.entries.items() if name not in HINTS}
    asks, dtype, layout = (_text(entries, *of) for of in (("asks",), ("dtype",), ("layout", "contiguous")))
    arguments = _taken(entries, _ARGUMENT)
    parameters = _taken(entries, _PARAMETER)
    calls = _calls(entries)
    if asks not in _ASKS or entries or not calls:
        what = quoted(next(iter(entries), asks))
        raise ProtocolError(f"it says {what}, but should say what one of {', '.join(_ASKS)} needs, and nothing else")
    case = _case(asks, dtype, layout, arguments)
    return case, tuple((case, _arguments(call, parameters, layout)) for call in calls)


def _call_entries(arguments: Arguments, *, gradients: bool) -> Iterator[tuple[str, Value]]:
    """What one call is given; h_0 only where it is, and as two entries where a wrong call passes a pair."""
    yield "input", arguments.input
    if isinstance(arguments.h_0, tuple):
        yield from ((f"h_0/{index}", array) for index, array in enumerate(arguments.h_0))
    elif arguments.h_0 is not None:
        # It may be what an implementation has returned, in an order of bytes that only NumPy has.
        yield "h_0", arguments.h_0.astype(arguments.h_0.dtype.newbyteorder("="), copy=False)
    if gradients:
        yield "grad_output", arguments.grad_output
        yield "grad_h_n", arguments.grad_h_n


def _text(entries: dict[str, Value], name: str, default: str | None = None) -> str:
    value = entries.pop(name, default)
    if not isinstance(value, str):
        raise ProtocolError(f"{name} is not there as text, but should be")
    return value


def _taken(entries: dict[str, Value], prefix: str) -> dict[str, Any]:
    """The entries with a prefix, without it, in their order."""
    names = [name for name in entries if name.startswith(prefix)]
    return {name.removeprefix(prefix): entries.pop(name) for name in names}


def _calls(entries: dict[str, Value]) -> list[dict[str, Any]]:
    """What each call is given."""
    calls: list[dict[str, Any]] = []
    for name in list(entries):
        match = _CALL.fullmatch(name)
        if match is None or int(match[1]) > len(calls):
            continue
        if int(match[1]) == len(calls):
            calls.append({})
        calls[int(match[1])][match[2]] = entries.pop(name)
    return calls


def _case(asks: str, dtype: str, layout: str, arguments: Mapping[str, Any]) -> Case:
    """A case whose constructor() gives exactly these arguments."""
    missing = [name for name in SIZES if name not in arguments]
    extra = [name for name in arguments if name not in SIZES and name not in CONSTRUCTOR_DEFAULTS]
    return Case(
        id="",
        asks=asks,  # type: ignore[arg-type]  # both were just looked at, or are passed on as they are
        dtype=dtype,  # type: ignore[arg-type]
        layout=layout,  # type: ignore[arg-type]
        input_size=1,
        hidden_size=1,
        seq_len=1,
        batch_size=1,
        passed=tuple((name, value) for name, value in arguments.items() if name not in extra),
        omit="both" if len(missing) > 1 else missing[0] if missing else "nothing",  # type: ignore[arg-type]
        extra=extra[0] if extra else None,
    )


def _arguments(call: Mapping[str, Any], parameters: dict[str, Any], layout: Any) -> Arguments:
    """What one call is given, as an implementation of ours is handed it."""
    pair = tuple(call[name] for name in ("h_0/0", "h_0/1") if name in call)
    return Arguments(
        input=call.get("input"),
        h_0=pair or call.get("h_0"),
        parameters=parameters,
        grad_output=call.get("grad_output", _NO_GRADIENT),
        grad_h_n=call.get("grad_h_n", _NO_GRADIENT),
        layout=layout,
    )
