"""The arrays that a foreign object holds: where they are and what shape they have."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeGuard, TypeVar

T = TypeVar("T")
Shape = tuple[int, ...]
Kind = Literal["array", "tensor", "list"]

_DEPTH = 4  # model.layers[0].params["W"] is four steps away from the model
_WIDTH = 64  # a list longer than this is data, not a list of layers
_MODULE_TABLES = ("_parameters", "_buffers", "_modules")  # where a torch.nn.Module keeps what its attributes show


@dataclass(frozen=True)
class ArrayAttribute:
    """One array of an object, with every path that leads to it.

    `path` is written as Python would write it behind the object and a dot: `Wxh`, `params["Wx"]`, `cells[0].W`.
    `aliases` are further paths to the very same array, which must be set along with it. `kind` is "list" for nested
    Python lists of floats.
    """

    path: str
    shape: Shape
    kind: Kind
    aliases: tuple[str, ...] = ()


def describe_arrays(obj: object) -> list[tuple[str, Shape]]:
    """Path and shape of every array that an object holds, itself or in its lists, dicts and parts; never raises."""
    return [(found.path, found.shape) for found in find_arrays(obj)]


def find_arrays(obj: object) -> list[ArrayAttribute]:
    """Every array that an object holds, in the order in which it was set; never raises.

    An attribute that cannot be read is left out, and so is a property that cannot be set.
    """
    paths: dict[int, list[str]] = {}
    values: dict[int, tuple[Any, Shape, Kind]] = {}
    for path, value, shape, kind in _walk("", obj, _DEPTH, {}):
        paths.setdefault(id(value), []).append(path.removeprefix("."))
        values[id(value)] = (value, shape, kind)
    found = []
    for key, (_, shape, kind) in values.items():
        first, *others = sorted(paths[key], key=lambda path: path.count("[") + path.count("."))
        found.append(ArrayAttribute(first, shape, kind, tuple(others)))
    return found


def shape_of(value: object) -> tuple[Shape, Kind] | None:
    """Shape and kind of an array, a tensor or nested lists of floats; None for anything else and for numbers."""
    shape = _read(value, "shape")
    if isinstance(shape, tuple) and shape and all(isinstance(size, int) for size in shape):
        if _read(value, "dtype") is None:
            return None
        return tuple(int(size) for size in shape), "array" if _read(value, "requires_grad") is None else "tensor"
    nested = _shape_of_list(value)
    return (nested, "list") if nested else None


def _shape_of_list(value: object) -> Shape | None:
    """Shape of equally long nested lists of floats; () for a float; None for anything else."""
    if _is(value, float):
        return ()
    if not _is(value, list) or not value:
        return None
    inner = _shape_of_list(value[0])
    if inner is None or any(_shape_of_list(item) != inner for item in value[1:]):
        return None
    return (len(value), *inner)


def _walk(path: str, value: object, depth: int, seen: dict[int, object]) -> Iterator[tuple[str, object, Shape, Kind]]:
    """Path, array, shape and kind, depth first.

    `seen` holds what was walked already, so that a circle ends; it keeps the values alive, so that no id comes twice.
    """
    array = shape_of(value)
    if array is not None:
        yield (path, value, *array)
    elif depth and id(value) not in seen:
        seen[id(value)] = value
        for suffix, child in _readable_children(value):
            yield from _walk(path + suffix, child, depth - 1, seen)


def _readable_children(value: object) -> list[tuple[str, object]]:
    """What a value holds, or nothing where it will not be looked into."""
    try:
        return list(_children(value))
    except Exception:  # noqa: BLE001 -- a class of theirs may raise anything, and this is a description
        return []


def _children(value: object) -> Iterator[tuple[str, object]]:
    """What a container or an object holds, each with the piece of path that leads to it."""
    if isinstance(value, Mapping):
        yield from ((f"[{_key(key)}]", item) for key, item in list(value.items())[:_WIDTH])
    elif isinstance(value, list | tuple):
        yield from ((f"[{index}]", item) for index, item in enumerate(value[:_WIDTH]))
    elif _is_module(value):
        for table in _MODULE_TABLES:
            items = vars(value)[table].items()
            yield from ((f"[{name}]" if name.isdigit() else f".{name}", item) for name, item in items)
        yield from ((f".{name}", item) for name, item in vars(value).items() if not name.startswith("_"))
    elif _is_object(value):
        yield from ((f".{name}", item) for name in _attributes(value) if (item := _read(value, name)) is not None)


def _key(key: object) -> str:
    """A key as Python, a string in double quotes."""
    return json.dumps(key, ensure_ascii=False) if isinstance(key, str) else repr(key)


def _attributes(value: object) -> list[str]:
    """Names of an object's own attributes, then those of its class that can be set."""
    names = list(vars(value))
    for cls in type(value).__mro__[:-1]:
        for name, item in vars(cls).items():
            is_slot = type(item).__name__ == "member_descriptor"
            if is_slot or _is_settable(item) or shape_of(item) is not None:
                names.append(name)
    return [name for name in dict.fromkeys(names) if not name.startswith("__")]


def _is_settable(item: object) -> bool:
    return isinstance(item, property) and item.fset is not None


def _is_object(value: object) -> bool:
    """Whether a value may hold arrays as attributes: neither a class nor a function."""
    return isinstance(_read(value, "__dict__"), dict) and not isinstance(value, type) and not hasattr(value, "__code__")


def _is_module(value: object) -> TypeGuard[Any]:
    """Whether a value is a torch.nn.Module, told without importing torch."""
    tables = _read(value, "__dict__") or {}
    return all(isinstance(tables.get(table), dict) for table in _MODULE_TABLES)


def _is(value: object, kind: type[T]) -> TypeGuard[T]:
    """isinstance by the true type: asking isinstance can run code of theirs."""
    return issubclass(type(value), kind)


def _read(value: object, name: str) -> Any:
    """An attribute, or None when it is absent or reading it raises."""
    try:
        return getattr(value, name, None)
    except Exception:  # noqa: BLE001 -- a property of theirs may raise anything, and this is a description
        return None
