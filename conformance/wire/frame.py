"""One frame: a header and named entries, as bytes and back, each size checked before anything is made of it."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from conformance.wire.value import Value, read_value, write_value

MAGIC = b"RNNC"
VERSION = 1

#: magic, version, kind, sequence, entries, reserved, length of what follows.
_HEADER = struct.Struct("<4sHHQIIQ")
#: length of the name, type, ndim, length of the payload; dims, name and payload follow.
_ENTRY = struct.Struct("<HBBQ")
_DIM = struct.Struct("<Q")

HEADER_SIZE = _HEADER.size
LONGEST_NAME = 1024
MOST_DIMENSIONS = 8


class ProtocolError(Exception):
    """Bytes that are no frame, or not the frame that was due; the text is for whoever wrote them."""


class Kind(IntEnum):
    """What a frame says; 1 and 3 go to an implementation, the rest come back."""

    HELLO = 1
    WELCOME = 2
    CASE = 3
    ANSWER = 4
    DECLINED = 5
    RAISED = 6
    REFUSED = 7


@dataclass(frozen=True)
class Frame:
    """What one side says: a kind, the number of the question, and named values."""

    kind: Kind
    sequence: int
    entries: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Limits:
    """What a frame may hold: bytes after the header, and entries."""

    length: int
    entries: int = 65_536


@dataclass(frozen=True)
class Header:
    """The first 32 bytes, seen to be within limits."""

    kind: Kind
    sequence: int
    entries: int
    length: int


def encode(frame: Frame) -> bytes:
    """The bytes of a frame; ValueError for a name or a value that the wire does not carry."""
    body = b"".join(_entry(name, value) for name, value in frame.entries.items())
    return _HEADER.pack(MAGIC, VERSION, frame.kind, frame.sequence, len(frame.entries), 0, len(body)) + body


def decode(data: bytes | bytearray, limits: Limits) -> Frame:
    """A frame from all of its bytes; ProtocolError for anything else."""
    header = decode_header(data[:HEADER_SIZE], limits)
    return decode_body(header, data[HEADER_SIZE:])


def decode_header(data: bytes | bytearray, limits: Limits) -> Header:
    """The header; ProtocolError for another protocol or version, and for more than the limits allow."""
    if data[: len(MAGIC)] != MAGIC[: len(data)]:
        line = data.splitlines()[0]
        raise ProtocolError(f"it begins with {quoted(line)}, but should begin with RNNC")
    if len(data) < HEADER_SIZE:
        raise ProtocolError(f"it ends after {len(data)} bytes, but should have a header of {HEADER_SIZE}")
    _, version, kind, sequence, entries, reserved, length = _HEADER.unpack(data)
    if version != VERSION:
        raise ProtocolError(f"its version of the protocol is {version}, but should be {VERSION}")
    if kind not in set(Kind):
        raise ProtocolError(f"its kind is {kind}, but should be one of {', '.join(str(k.value) for k in Kind)}")
    if reserved != 0:
        raise ProtocolError(f"its reserved field is {reserved}, but should be 0")
    if length > limits.length:
        raise ProtocolError(f"its length is {length:,} bytes, but should be at most {limits.length:,} here")
    if entries > limits.entries or entries * _ENTRY.size > length:
        raise ProtocolError(f"it claims {entries:,} entries in {length:,} bytes, but should have at most "
                            f"{min(limits.entries, length // _ENTRY.size):,}")  # fmt: skip
    return Header(Kind(kind), sequence, entries, length)


def decode_body(header: Header, body: bytes | bytearray) -> Frame:
    """The entries; ProtocolError where they do not fill the length that the header gives, exactly."""
    if len(body) != header.length:
        raise ProtocolError(f"{len(body):,} bytes follow its header, but should be {header.length:,} as that says")
    reader = _Reader(memoryview(body))
    entries: dict[str, Value] = {}
    for _ in range(header.entries):
        name, value = reader.entry()
        if name in entries:
            raise ProtocolError(f"its entry {quoted(name)} is there twice, but should be there once")
        entries[name] = value
    if reader.left:
        raise ProtocolError(f"{reader.left:,} bytes follow its last entry, but should be none")
    return Frame(header.kind, header.sequence, entries)


def quoted(text: bytes | bytearray | str, longest: int = 40) -> str:
    """What somebody wrote, for a sentence: one line of plain ASCII, cut."""
    seen = bytes(text[: longest + 1]).decode("utf-8", "replace") if isinstance(text, bytes | bytearray) else text
    return ascii(seen[:longest]) + ("..." if len(text) > longest else "")


def _entry(name: str, value: Value) -> bytes:
    """The bytes of one entry."""
    spelled = name.encode("utf-8")
    if not 0 < len(spelled) <= LONGEST_NAME:
        raise ValueError(f"the name {quoted(name)} is {len(spelled)} bytes long, but should be 1 to {LONGEST_NAME}")
    code, shape, payload = write_value(value)
    dims = b"".join(_DIM.pack(size) for size in shape)
    return _ENTRY.pack(len(spelled), code, len(shape), len(payload)) + dims + spelled + payload


class _Reader:
    """Takes entries from a body; nothing is taken that is not there."""

    def __init__(self, body: memoryview) -> None:
        self._body = body
        self._at = 0

    @property
    def left(self) -> int:
        """The bytes that were not taken yet."""
        return len(self._body) - self._at

    def entry(self) -> tuple[str, Value]:
        """The next entry."""
        name_length, code, ndim, length = _ENTRY.unpack(self._take(_ENTRY.size, "the head of an entry"))
        if ndim > MOST_DIMENSIONS:
            raise ProtocolError(f"an entry has {ndim} dimensions, but should have at most {MOST_DIMENSIONS}")
        dims = self._take(ndim * _DIM.size, "the dimensions of an entry")
        name = self._name(name_length)
        payload = self._take(length, f"the payload of {quoted(name)}")
        try:
            return name, read_value(code, tuple(size for (size,) in _DIM.iter_unpack(dims)), payload)
        except ValueError as error:
            raise ProtocolError(f"its entry {quoted(name)} {error}") from None

    def _name(self, length: int) -> str:
        """A name: text that can be shown."""
        if not 0 < length <= LONGEST_NAME:
            raise ProtocolError(f"the name of an entry is {length} bytes long, but should be 1 to {LONGEST_NAME}")
        try:
            return bytes(self._take(length, "the name of an entry")).decode("utf-8")
        except UnicodeDecodeError:
            raise ProtocolError("the name of an entry is not UTF-8, but should be") from None

    def _take(self, count: int, what: str) -> memoryview:
        """So many bytes, if they are there."""
        if count > self.left:
            raise ProtocolError(f"{what} is {count:,} bytes long, but only {self.left:,} are left in the frame")
        taken = self._body[self._at : self._at + count]
        self._at += count
        return taken
