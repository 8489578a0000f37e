"""One value on the wire: a type from a short list, a shape, and plain bytes, little endian."""

from __future__ import annotations

import math
import struct
from typing import Any

import numpy as np

from conformance.arguments import Array

Value = Array | str | int | float | bool | None

#: Arrays by the code of their type; nothing else is one, whatever NumPy could read.
DTYPES: dict[int, np.dtype[Any]] = {
    1: np.dtype("<f8"),
    2: np.dtype("<f4"),
    3: np.dtype("<f2"),
    4: np.dtype("<i8"),
    5: np.dtype("?"),
    6: np.dtype("<i4"),
    7: np.dtype("<i2"),
    8: np.dtype("i1"),
    9: np.dtype("u1"),
    10: np.dtype("<c8"),
    11: np.dtype("<c16"),
}
_CODES = {dtype: code for code, dtype in DTYPES.items()}
#: Others that NumPy has: the numbers are sent as one of those above, and the dtype beside them, by its name.
OTHERS: dict[str, np.dtype[Any]] = {
    str(dtype): dtype
    for dtype in map(np.dtype, ("u2", "u4", "u8", "g", "G", ">f8", ">f4", ">f2", ">i8", ">i4", ">i2", ">c8", ">c16"))
    if dtype not in _CODES
}
TEXT, INTEGER, NUMBER, TRUTH, NOTHING = 16, 17, 18, 19, 20

LONGEST_TEXT = 65_536
#: No dimension, and no product of dimensions where zeros count as one, is larger: NumPy refuses shapes that overflow.
_LARGEST = 2**48

_INTEGER, _NUMBER = struct.Struct("<q"), struct.Struct("<d")


def carries(dtype: np.dtype[Any]) -> bool:
    """Whether arrays of a dtype can be sent as they are."""
    return dtype in _CODES


def write_value(value: Value) -> tuple[int, tuple[int, ...], bytes]:
    """Code, shape and bytes; ValueError for what the wire does not carry. Long text is cut."""
    if isinstance(value, np.ndarray):
        if not carries(value.dtype):
            raise ValueError(f"the wire carries no arrays of dtype {value.dtype}")
        return _CODES[value.dtype], value.shape, value.tobytes()
    if value is None:
        return NOTHING, (), b""
    if isinstance(value, bool):
        return TRUTH, (), bytes([value])
    if isinstance(value, int) and -(2**63) <= value < 2**63:
        return INTEGER, (), _INTEGER.pack(value)
    if isinstance(value, str):
        return TEXT, (), _cut(value.encode("utf-8", "replace"))
    return NUMBER, (), _NUMBER.pack(value)


def read_value(code: int, shape: tuple[int, ...], payload: memoryview) -> Value:
    """A value that owns its memory; ValueError, a predicate, where type, shape and payload do not agree."""
    if code in DTYPES:
        return _array(DTYPES[code], shape, payload)
    if shape:
        raise ValueError(f"has {len(shape)} dimensions, but should have none: it is of type {code}, which is no array")
    if code == TEXT:
        return _text(payload)
    if code not in _SIZES:
        raise ValueError(f"is of type {code}, but should be of one of {', '.join(map(str, [*DTYPES, TEXT, *_SIZES]))}")
    if len(payload) != _SIZES[code]:
        raise ValueError(f"is {len(payload)} bytes long, but should be {_SIZES[code]}: it is of type {code}")
    if code == TRUTH and payload[0] > 1:
        raise ValueError(f"is {payload[0]}, but should be 0 or 1: it is true or false")
    return _READ[code](payload)  # type: ignore[no-any-return]  # struct does not say what it unpacks


_SIZES = {INTEGER: 8, NUMBER: 8, TRUTH: 1, NOTHING: 0}
_READ: dict[int, Any] = {
    INTEGER: lambda payload: _INTEGER.unpack(payload)[0],
    NUMBER: lambda payload: _NUMBER.unpack(payload)[0],
    TRUTH: lambda payload: bool(payload[0]),
    NOTHING: lambda _: None,
}


def _array(dtype: np.dtype[Any], shape: tuple[int, ...], payload: memoryview) -> Array:
    """An array; what it takes is known to be there before it is made."""
    if math.prod(max(size, 1) for size in shape) > _LARGEST:
        raise ValueError(f"is of shape {shape}, but should be smaller")
    size = math.prod(shape) * dtype.itemsize
    if size != len(payload):
        raise ValueError(f"is {len(payload):,} bytes long, but should be {size:,}: it is {dtype} of shape {shape}")
    if dtype == np.bool_ and len(payload) and max(payload) > 1:
        raise ValueError(f"holds the byte {max(payload)}, but should hold 0 or 1 alone: it is true or false")
    return np.frombuffer(payload, dtype).reshape(shape).copy()


def _text(payload: memoryview) -> str:
    if len(payload) > LONGEST_TEXT:
        raise ValueError(f"is {len(payload):,} bytes long, but should be at most {LONGEST_TEXT:,}: it is text")
    try:
        return bytes(payload).decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"is not UTF-8 at byte {error.start}, but should be: it is text") from None


def _cut(text: bytes) -> bytes:
    """Text within the limit, cut between two characters."""
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT].decode("utf-8", "ignore").encode()
