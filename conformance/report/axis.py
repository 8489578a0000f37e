"""An axis along which results are compared: a setting, what is asked, the precision, the case file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from conformance.record import Record
from conformance.report.text import spell


@dataclass(frozen=True)
class Axis:
    """One way to sort results into groups.

    `of` names a record's group, or is None where the axis says nothing about it. `first` are the groups that come
    first, in this order; other groups follow, numbers before words.
    """

    name: str
    of: Callable[[Record], str | None]
    first: tuple[str, ...] = ()

    def values(self, records: Iterable[Record]) -> tuple[str, ...]:
        """The groups that occur, in order."""
        found = {value for record in records if (value := self.of(record)) is not None}
        return tuple(sorted(found, key=self._rank))

    def _rank(self, value: str) -> tuple[int, int, str]:
        place = self.first.index(value) if value in self.first else len(self.first)
        return (place, int(value) if value.isdecimal() else 1 << 62, value)


def _asked(record: Record, name: str) -> str | None:
    """A setting of what was asked; a validation case gets settings wrong on purpose, so it has none."""
    return None if record.asks == "validation" or name not in record.settings else spell(record.settings[name])


def _setting(name: str, *first: str) -> Axis:
    return Axis(name, lambda record: _asked(record, name), first)


def _training(name: str, *first: str) -> Axis:
    """A setting that training alone has."""
    return Axis(name, lambda record: _asked(record, name) if record.asks == "training" else None, first)


def _batch(record: Record) -> str | None:
    """The form of the batch: torch takes input without a batch axis too, and a batch may be empty."""
    size = _asked(record, "batch_size")
    return size if size in (None, "unbatched", "1", "0") else "n"


CASE_FILE = "case file"

AXES: tuple[Axis, ...] = (
    Axis("asks", lambda record: record.asks, ("values", "gradients", "training", "validation")),
    _setting("num_layers"),
    _setting("bidirectional", "false", "true"),
    _setting("nonlinearity", "tanh", "relu"),
    _setting("bias", "true", "false"),
    _setting("batch_first", "false", "true"),
    _setting("h_0", "absent", "given"),
    Axis("batch", _batch, ("unbatched", "1", "n", "0")),
    _training("task"),
    _training("optimizer", "SGD", "Adam", "Adagrad"),
    Axis("dtype", lambda record: record.dtype, ("float64", "float32")),
    Axis(CASE_FILE, lambda record: record.case.partition("[")[0]),  # an id begins with its file's path
)
