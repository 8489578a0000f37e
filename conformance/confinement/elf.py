"""What an ELF file asks for before it can run: its loader and its shared libraries, read without running anything.

`ldd` would start the program's own loader, which the program names. See elf(5) and ld.so(8).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_MAGIC = b"\x7fELF\x02\x01"  # 64 bits, little endian, as every machine that has Landlock and is used for this
_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_SEGMENT = struct.Struct("<IIQQQQQQ")
_DYNAMIC = struct.Struct("<qQ")
_LOAD, _DYNAMIC_SEGMENT, _INTERPRETER = 1, 2, 3
_NEEDED, _STRINGS, _STRINGS_SIZE, _RPATH, _RUNPATH = 1, 5, 10, 15, 29
#: More than any program has; a file that says otherwise is no program of ours to read.
_MOST_SEGMENTS, _LARGEST = 128, 1 << 26


@dataclass(frozen=True)
class Elf:
    """`loader` is the path of the loader that the kernel starts, or nothing; `needed` names libraries as the file does.

    `folders` are where it wants them to be looked for first, with $ORIGIN for its own folder.
    """

    loader: str
    needed: tuple[str, ...]
    folders: tuple[str, ...]


def read(path: Path) -> Elf | None:
    """What a file asks for; None for one that is no ELF file of 64 bits, or a broken one."""
    try:
        with path.open("rb") as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                return None
            return _read(file)
    except (OSError, struct.error, OverflowError, ValueError):
        return None


def _read(file: BinaryIO) -> Elf:
    header = _HEADER.unpack(_at(file, 0, _HEADER.size))
    start, size, count = header[5], header[9], header[10]
    if size != _SEGMENT.size or count > _MOST_SEGMENTS:
        raise ValueError("its table of segments is none")
    segments = list(_SEGMENT.iter_unpack(_at(file, start, size * count)))
    loader, dynamic = b"", b""
    for kind, _, offset, _, _, length, _, _ in segments:
        if kind == _INTERPRETER:
            loader = _at(file, offset, length).rstrip(b"\0")
        elif kind == _DYNAMIC_SEGMENT:
            dynamic = _at(file, offset, length - length % _DYNAMIC.size)
    entries = list(_DYNAMIC.iter_unpack(dynamic))
    strings = _strings(file, segments, dict(entries))

    def named(*kinds: int) -> tuple[str, ...]:
        found = [strings[value : strings.index(b"\0", value)] for kind, value in entries if kind in kinds]
        return tuple(name.decode() for name in found)

    folders = tuple(folder for text in named(_RPATH, _RUNPATH) for folder in text.split(":") if folder)
    return Elf(loader.decode(), named(_NEEDED), folders)


def _strings(file: BinaryIO, segments: list[tuple[int, ...]], dynamic: dict[int, int]) -> bytes:
    """The table of names, which is told by its address."""
    address, size = dynamic.get(_STRINGS, 0), dynamic.get(_STRINGS_SIZE, 0)
    for kind, _, offset, begins, _, length, _, _ in segments:
        if kind == _LOAD and begins <= address < begins + length:
            return _at(file, offset + address - begins, size)
    return b""


def _at(file: BinaryIO, offset: int, size: int) -> bytes:
    if size > _LARGEST:
        raise ValueError("a part of it is too large")
    file.seek(offset)
    return file.read(size)
