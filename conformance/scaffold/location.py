"""Where a value is kept, as Python, with the number of its layer left open."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBER = re.compile(r"(\d+)")
_PIECE = re.compile(r"\.\w*(?:\{\}\w*)*|\[[^\]]*\]")
_OPEN = "{}"


@dataclass(frozen=True)
class Location:
    """A path behind an owner: `self.theirs` and `.cells[{}].Wx`; `{}` stands for the layer's number plus `first`."""

    owner: str
    path: str
    first: int = 0

    @property
    def name(self) -> str:
        """What a user calls it."""
        return self.path.removeprefix(".").replace(_OPEN, "{k}")

    @property
    def is_layered(self) -> bool:
        """Whether each layer has its own."""
        return _OPEN in self.path

    def at(self, layer: int) -> Location:
        """The place in one layer."""
        return Location(self.owner, self.path.replace(_OPEN, str(layer + self.first)))

    @property
    def read(self) -> str:
        """Python for what is kept there, in layer k."""
        text = self.owner
        for piece in _PIECE.findall(self.path):
            text = self._get(text, piece)
        return text

    def assign(self, value: str) -> str:
        """Python that puts a value there, in layer k."""
        *pieces, last = _PIECE.findall(self.path)
        text = self.owner
        for piece in pieces:
            text = self._get(text, piece)
        if last.startswith(".") and _OPEN in last:
            return f"setattr({text}, {self._formatted(last[1:])}, {value})"
        return f"{self._get(text, last)} = {value}"

    def _get(self, text: str, piece: str) -> str:
        if _OPEN not in piece:
            return text + piece
        if piece.startswith("."):
            return f"getattr({text}, {self._formatted(piece[1:])})"
        inner = piece[1:-1]
        return f"{text}[{self._k if inner == _OPEN else self._formatted(inner.strip(chr(39) + chr(34)))}]"

    def _formatted(self, name: str) -> str:
        return f'f"{name.replace(_OPEN, "{" + self._k + "}")}"'

    @property
    def _k(self) -> str:
        return f"k + {self.first}" if self.first else "k"


def location(owner: str, path: str) -> Location:
    """The place of a path as `array_attributes` writes it."""
    return Location(owner, path if path.startswith("[") or not path else f".{path}")


def across_layers(one: Location, other: Location) -> Location | None:
    """The place of which these are layer 0 and layer 1; None where they differ in more than one number."""
    pieces, others = _NUMBER.split(one.path), _NUMBER.split(other.path)
    if one.owner != other.owner or len(pieces) != len(others):
        return None
    changes = {(a, b) for a, b in zip(pieces, others, strict=True) if a != b}
    if len(changes) != 1:
        return None
    ((low, high),) = changes
    if not low.isdigit() or not high.isdigit() or int(high) != int(low) + 1:
        return None
    opened = "".join(_OPEN if a != b else a for a, b in zip(pieces, others, strict=True))
    return Location(one.owner, opened, int(low))
