"""The matrix: for every value of every axis, how each implementation did."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass

from conformance.record import Record
from conformance.report.axis import AXES, Axis
from conformance.report.mark import Tone
from conformance.report.text import times
from conformance.status import Status
from conformance.summary import WRONG, Summary


@dataclass(frozen=True)
class Cell:
    """One implementation's results at one value of one axis; `worst` is the greatest error / tolerance, if any."""

    passes: int
    total: int
    unsupported: int
    failures: int
    worst: float | None

    @property
    def tone(self) -> Tone:
        """Good if all that it offers passes, bad if anything is wrong, quiet if nothing is offered."""
        if self.failures:
            return "bad"
        if self.passes + self.unsupported < self.total:
            return "warn"
        return "good" if self.passes else "quiet"

    @property
    def symbol(self) -> str:
        """The tone without colour; a pass with something declined differs from a clean one."""
        partly = self.tone == "good" and self.unsupported
        return "◐" if partly else {"good": "✓", "bad": "✗", "warn": "!", "quiet": "–"}[self.tone]

    @property
    def rest(self) -> str:
        """What became of those that do not pass."""
        parts = ((self.failures, "wrong"), (self.unsupported, "unsupported"))
        return ", ".join(f"{count:,} {word}" for count, word in parts if count)

    @property
    def ratio(self) -> str:
        """The worst ratio in words; nothing where no numbers were compared."""
        return "" if self.worst is None else times(self.worst)


@dataclass(frozen=True)
class Row:
    """One value of an axis: a cell for each implementation, None where it has no such result."""

    value: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True)
class Block:
    """One axis and its rows."""

    axis: str
    rows: tuple[Row, ...]


def matrix(summaries: tuple[Summary, ...]) -> tuple[Block, ...]:
    """Every axis on which there is a result; the cells of a row are in the order of `summaries`."""
    worst = {id(record): _worst_of(record) for summary in summaries for record in summary.records}
    blocks = (_block(axis, summaries, worst) for axis in AXES)
    return tuple(block for block in blocks if block.rows)


def _block(axis: Axis, summaries: tuple[Summary, ...], worst: dict[int, float | None]) -> Block:
    groups: list[dict[str | None, list[Record]]] = []
    for summary in summaries:
        group = defaultdict(list)
        for record in summary.records:
            group[axis.of(record)].append(record)
        groups.append(group)
    values = axis.values(record for summary in summaries for record in summary.records)
    return Block(axis.name, tuple(Row(v, tuple(_cell(g.get(v, []), worst) for g in groups)) for v in values))


def _cell(records: list[Record], worst: dict[int, float | None]) -> Cell | None:
    if not records:
        return None
    ratios = [ratio for record in records if (ratio := worst[id(record)]) is not None]
    return Cell(
        passes=sum(r.status is Status.PASS for r in records),
        total=len(records),
        unsupported=sum(r.status is Status.UNSUPPORTED for r in records),
        failures=sum(r.status in WRONG for r in records),
        worst=max(ratios, key=_nan_last) if ratios else None,
    )


def _worst_of(record: Record) -> float | None:
    return max((d.ratio for d in record.distances.values()), key=_nan_last, default=None)


def _nan_last(ratio: float) -> float:
    """NaN is worse than any number; compared as itself it would be neither."""
    return math.inf if math.isnan(ratio) else ratio
