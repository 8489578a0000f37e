"""The wiring of a function or constructor that is handed its weights as arguments, or in a dict."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Iterator, Sequence
from types import CodeType
from typing import Any

from conformance.array_mapping import says
from conformance.array_role import Kind, Role, Shape
from conformance.scaffold import argument_names
from conformance.scaffold.location import Location, location
from conformance.scaffold.subject import Subject
from conformance.scaffold.trial import HIDDEN_SIZE, INPUT_SIZE, OUTPUT_SIZE
from conformance.scaffold.wiring import Slot, Wiring

_COLUMN, _ROW, _FLAT = (HIDDEN_SIZE, 1), (1, HIDDEN_SIZE), (HIDDEN_SIZE,)
_PAIR = 2


def wirings(names: Sequence[str], container: str, *, tensors: bool, after: tuple[str, ...] = ()) -> Iterator[Wiring]:
    """Every wiring that the names admit, the likeliest first; none where they do not say what is what.

    `container` is the name of the dict that holds them, or nothing where each is an argument of its own.
    """
    kinds = _kinds(names)
    heads = [name for name in names if name not in kinds and _is_head(name)]
    if len(kinds) + len(heads) < len(names) or not {"weight_ih", "weights"} & set(kinds.values()):
        return
    before = (f"self.{container} = {{}}",) if container else ()
    for transposed, hh_transposed, bias, hidden_first in _choices():
        roles = {name: _role(kind, transposed, hh_transposed, bias, hidden_first) for name, kind in kinds.items()}
        kind = "tensor" if tensors else "array"
        slots = tuple(Slot(_where(name, container), role, kind) for name, role in roles.items())  # type: ignore[arg-type]
        zeros = tuple(_zeros(_where(name, container), name, transposed, bias, tensors=tensors) for name in heads)
        yield Wiring(slots, before, (*zeros, *after))


def dict_keys(subject: Subject) -> tuple[str, ...]:
    """The keys that a function, or one of its file that it calls, reads weights by: its own string constants."""
    seen: dict[str, None] = {}
    todo, done = [subject.value.__code__], set()
    while todo:
        code = todo.pop()
        done.add(code)
        for constant in code.co_consts:
            if isinstance(constant, str) and argument_names.role(constant) == "weight":
                seen[constant] = None
            elif isinstance(constant, CodeType) and constant not in done:
                todo.append(constant)
        called = (getattr(subject.module, name, None) for name in code.co_names)
        todo += [one.__code__ for one in called if inspect.isfunction(one) and one.__code__ not in done]
    return tuple(seen)


def _kinds(names: Sequence[str]) -> dict[str, Kind]:
    """What each argument is, by name; an output layer's is left out."""
    own = [name for name in names if not _is_head(name)]
    biases = [name for name in own if name.startswith("b")]
    weights = [name for name in own if name not in biases]
    kinds: dict[str, Kind] = {}
    if len(weights) == 1:
        kinds[weights[0]] = "weights"
    if len(weights) == _PAIR:
        first, second = sorted(weights, key=lambda name: says(name, "weight_hh") - says(name, "weight_ih"))
        kinds |= {first: "weight_ih", second: "weight_hh"}
    if len(biases) == 1:
        kinds[biases[0]] = "bias"
    if len(biases) == _PAIR:
        first, second = sorted(biases, key=lambda name: says(name, "bias_hh") - says(name, "bias_ih"))
        kinds |= {first: "bias_ih", second: "bias_hh"}
    return kinds


def _is_head(name: str) -> bool:
    """Whether a name is that of an output layer's weight or bias, as Wya, Why, by, Wo or V."""
    letters = name.replace("_", "").lower()
    return letters in ("v", "c", "wo", "bo", "wout", "bout") or (letters[:1] in "wb" and "y" in letters[1:])


def _choices() -> Iterator[tuple[bool, bool, Shape, bool]]:
    """W_ih and W_hh from the right, the shape of a bias, and whether h comes before x; what is usual first."""
    usual = [(True, _FLAT), (False, _COLUMN), (False, _FLAT), (True, _ROW), (False, _ROW), (True, _COLUMN)]
    for turned, hidden_first in itertools.product((False, True), (False, True)):
        for transposed, bias in usual:
            yield transposed, transposed != turned, bias, hidden_first


def _role(kind: Kind, transposed: bool, hh_transposed: bool, bias: Shape, hidden_first: bool) -> Role:
    if kind.startswith("bias"):
        return Role(kind, bias)
    columns = {"weight_ih": INPUT_SIZE, "weight_hh": HIDDEN_SIZE, "weights": INPUT_SIZE + HIDDEN_SIZE}[kind]
    shape = (columns, HIDDEN_SIZE) if transposed else (HIDDEN_SIZE, columns)
    if kind == "weight_hh":
        return Role(kind, shape, hh_transposed)
    return Role(kind, shape, transposed, hidden_first=hidden_first and kind == "weights")


def _where(name: str, container: str) -> Location:
    return location("self", f'{container}["{name}"]' if container else name)


def _zeros(where: Location, name: str, transposed: bool, bias: Shape, *, tensors: bool) -> str:
    """An output layer's weight or bias, which has no part in the states."""
    if name.startswith("b"):
        sizes = [str(OUTPUT_SIZE) if size == HIDDEN_SIZE else "1" for size in bias]
    else:
        sizes = ["self.hidden_size", str(OUTPUT_SIZE)] if transposed else [str(OUTPUT_SIZE), "self.hidden_size"]
    shape = f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"
    return where.assign(f"{'torch' if tensors else 'np'}.zeros({shape})") + "  # of the output layer, not needed here"


def is_weight_dict(value: Any) -> bool:
    """Whether a function takes its weights in a dict."""
    return any(argument_names.role(name) == "weights" for name in inspect.signature(value).parameters)
