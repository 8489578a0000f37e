"""The entries of an answer, taken one after another, so that what nobody knows is left and can be named."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.wire.frame import ProtocolError, quoted
from conformance.wire.value import Value

#: What somebody says is shown to others: more of it helps nobody. An error's own text is cut to the same length.
LONGEST_SAID = 2000


class Entries:
    """What is still to be read of a frame."""

    def __init__(self, entries: Mapping[str, Value]) -> None:
        self._entries = dict(entries)

    def any(self, *beginnings: str) -> bool:
        """Whether an entry has one of these names, or, for a name that ends in a slash, begins with it."""
        return any(
            any(name.startswith(beginning) for name in self._entries)
            if beginning[-1] == "/"
            else beginning in self._entries
            for beginning in beginnings
        )

    def __contains__(self, name: str) -> bool:
        """Whether an entry has just this name."""
        return name in self._entries

    def names(self, beginning: str) -> list[str]:
        """The rest of every name that begins so."""
        return [name.removeprefix(beginning) for name in self._entries if name.startswith(beginning)]

    def take(self, name: str) -> Value:
        """One value, which has to be there; a text is cut."""
        value = self._entries.pop(name)
        return value[:LONGEST_SAID] if isinstance(value, str) else value

    def text(self, name: str, default: str) -> str:
        """A text, cut; ProtocolError where it is something else."""
        value = self._entries.pop(name, default)
        if not isinstance(value, str):
            raise ProtocolError(f"its entry {name} is no text, but should be")
        return value[:LONGEST_SAID]

    def lines(self, name: str) -> tuple[str, ...]:
        """The lines of a text, without empty ones."""
        return tuple(line for line in self.text(name, "").split("\n") if line)

    def truth(self, name: str) -> bool:
        """True or false; false where it is not there."""
        value = self._entries.pop(name, False)
        if not isinstance(value, bool):
            raise ProtocolError(f"its entry {name} is neither true nor false, but should be")
        return value

    def none_left(self) -> None:
        """ProtocolError where something was not asked for."""
        if self._entries:
            name = quoted(next(iter(self._entries)), 80)
            raise ProtocolError(f"it holds the entry {name}, but should hold what was asked for alone")
