"""The results as the page's script reads them: short rows that refer to tables of what they have in common.

A row of `cases` is [id, asks, dtype, file, line, settings that differ from `usual`, its value on each axis or -1], and
a last column, 1, where it is hidden from the author of what was judged.
A row of `results` is [implementation, case, status, what differs first, text, whether the exception's type is torch's,
tensors, their distances, place, steps, curve]; implementation, case, status, text and tensors are places in their
tables, and only a training case has a curve. That is [curve, losses, their differences from torch's, accuracy, sample],
where curve and sample are places in `curves` and `texts`. A row of `curves` is what every implementation is held to:
[torch's losses, tolerances, torch's accuracy, torch's sample, published losses].
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Hashable, Iterable
from typing import Any

from conformance.plain_text import clean
from conformance.record import Record, Run, dump
from conformance.report.axis import AXES
from conformance.report.mark import MARKS
from conformance.report.reproduction import alone_options, dtype_forced, reproduction_options
from conformance.report.text import short
from conformance.summary import summaries

Json = Any  # what json.dumps takes

#: Significant digits of a curve's numbers: losses that hardly fall differ in the later ones.
_CURVE = 5


class Table:
    """Distinct rows in the order of their first use; others refer to one by its place."""

    def __init__(self) -> None:
        self._places: dict[Hashable, int] = {}
        self.rows: list[Json] = []

    def place(self, row: Json, key: Hashable = None) -> int:
        """The place of a row, put at the end if it is new; `key` tells rows apart that are not hashable."""
        key = row if key is None else key
        if key not in self._places:
            self._places[key] = len(self.rows)
            self.rows.append(row)
        return self._places[key]


class PageData:
    """The tables and rows of one page, from results in the order in which the page lists them."""

    def __init__(self, run: Run, records: tuple[Record, ...]) -> None:
        self._implementations, self._statuses = Table(), Table()
        self._cases, self._texts, self._tensors, self._curves = Table(), Table(), Table(), Table()
        for planned in run.header.implementations:
            self._implementations.place(planned.name)
        for status in MARKS:
            self._statuses.place(status)
        self._reproduce = [
            [reproduction_options(run, s), dtype_forced(run, s), alone_options(run, s)] for s in summaries(run)
        ]
        self._axes = [(axis, values) for axis in AXES if (values := axis.values(records))]
        self._usual = usual_settings(records)
        self._results = [self._result(record) for record in records]

    def tables(self) -> dict[str, Json]:
        """Everything that the page's script shows."""
        return {
            "implementations": self._implementations.rows,
            "reproduce": self._reproduce,
            "statuses": [[status, mark.symbol, mark.word, mark.tone] for status, mark in MARKS.items()],
            "axes": [[axis.name, values] for axis, values in self._axes],
            "usual": self._usual,
            "cases": self._cases.rows,
            "texts": self._texts.rows,
            "tensors": self._tensors.rows,
            "curves": self._curves.rows,
            "results": self._results,
        }

    def _case(self, record: Record) -> list[Json]:
        own = {k: v for k, v in record.settings.items() if k not in self._usual or repr(self._usual[k]) != repr(v)}
        groups = [values.index(v) if (v := axis.of(record)) is not None else -1 for axis, values in self._axes]
        hidden = [] if record.visible else [1]
        return [record.case, record.asks, record.dtype, record.file, record.line, own, groups, *hidden]

    def _result(self, record: Record) -> list[Json]:
        case = self._case(record)
        return [
            self._implementations.place(record.implementation),
            self._cases.place(case, repr(case)),
            self._statuses.place(record.status),
            record.layer,
            self._texts.place(record.why),
            record.torch_type,
            self._tensors.place(tuple(record.distances)),
            [short(n) for d in record.distances.values() for n in (d.error, d.tolerance, d.ratio)],
            list(dataclasses.asdict(record.place).values()) if record.place else None,
            [record.steps.tensor, short(record.steps.tolerance), [short(e) for e in record.steps.errors]]
            if record.steps
            else None,
            *self._curve(record),
        ]

    def _curve(self, record: Record) -> list[Json]:
        """The last column, or none."""
        curve = record.curve
        if curve is None:
            return []
        differences = [abs(mine - theirs) for mine, theirs in zip(curve.losses, curve.torch, strict=False)]
        held_to = [
            _curve_numbers(curve.torch),
            _curve_numbers(curve.tolerances),
            _share(curve.torch_accuracy),
            self._texts.place(curve.torch_sample),
            _curve_numbers(curve.published),
        ]
        own = [_curve_numbers(curve.losses), _curve_numbers(differences), _share(curve.accuracy)]
        return [[self._curves.place(held_to, repr(held_to)), *own, self._texts.place(curve.sample)]]


def ordered(run: Run) -> tuple[Record, ...]:
    """The results as the page lists them: failures before passes; of one implementation, the simplest case first."""
    turns = {planned.name: turn for turn, planned in enumerate(run.header.implementations)}

    def key(record: Record) -> tuple[int, int, bool, tuple[int, ...], str, str]:
        turn, beside = turns[record.implementation], record.asks == "validation"
        return (MARKS[record.status].rank, turn, beside, record.complexity, record.case, record.dtype)

    return tuple(sorted(run.records, key=key))


def embed(value: Json) -> str:
    """JSON for a `<script type="application/json">`: every string cleaned, and nothing in it can end the element."""
    text = dump(_clean(value))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def usual_settings(records: tuple[Record, ...]) -> dict[str, Json]:
    """The most frequent value of each setting that every result has, so that a case need only say what is its own."""
    shared = set.intersection(*(set(r.settings) for r in records)) if records else set()
    names = [name for name in (records[0].settings if records else {}) if name in shared]
    spellings = {name: {repr(r.settings[name]): r.settings[name] for r in records} for name in names}
    counts = {name: Counter(repr(r.settings[name]) for r in records) for name in names}
    return {name: spellings[name][counts[name].most_common(1)[0][0]] for name in names}


def _curve_numbers(numbers: Iterable[float]) -> list[float]:
    return [short(number, _CURVE) for number in numbers]


def _share(accuracy: float | None) -> float | None:
    return None if accuracy is None else short(accuracy, _CURVE)


def _clean(value: Json) -> Json:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(key): _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value
