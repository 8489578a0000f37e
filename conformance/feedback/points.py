"""Points: every case that decides counts the same, and each case file is an entry that a reader knows by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from conformance.feedback.author import AuthorView
from conformance.record import Record
from conformance.status import Status

#: Fewer decimals than this no platform shows; more than the last, nobody needs.
_DECIMALS = range(2, 10)


@dataclass(frozen=True, kw_only=True)
class Share:
    """The cases of one file, or all hidden ones: how many are right, what they are worth and what they earn.

    `simplest` is the simplest visible case that is wrong, else the simplest that is declined, or None; `about` is the
    file's sentence, where it is known.
    """

    name: str
    about: str
    right: int
    of: int
    worth: Decimal
    score: Decimal
    simplest: Record | None
    visible: bool

    @property
    def passed(self) -> bool:
        """Whether all of it is right; only then is it worth all of its points."""
        return self.right == self.of


def shares(view: AuthorView, points: float, about: Mapping[str, str]) -> tuple[Share, ...]:
    """The points of each case file, in the suite's order, and of the hidden cases together, last.

    What they are worth adds up to `points` exactly, and what they earn to all of it only where everything is right.
    `about` names the sentence of a case file (`cases/values/batch_size.yaml`). Raises ValueError for no points.
    """
    total = Decimal(str(points))
    if not total.is_finite() or total <= 0:
        raise ValueError(f"points is {points}, but should be a number greater than 0")
    groups = _groups(view)
    decimals = _decimals(total, sum(map(len, groups.values())))
    worths = _shared_out(int(total.scaleb(decimals)), [len(group) for group in groups.values()])
    unit = Decimal(1).scaleb(-decimals)
    return tuple(
        _share(name, group, worth, unit, about) for (name, group), worth in zip(groups.items(), worths, strict=True)
    )


def failing(entries: Iterable[Share]) -> list[Share]:
    """Those with a visible case that is not right, the simplest first; of those that say the same, the first alone."""
    found = [entry for entry in entries if entry.simplest is not None]
    found.sort(key=lambda entry: entry.simplest.complexity if entry.simplest else ())
    said = {entry.simplest.why if entry.simplest else "": entry for entry in reversed(found)}
    return [entry for entry in found if entry.simplest and said[entry.simplest.why] is entry]


def _groups(view: AuthorView) -> dict[str, list[Record]]:
    """The records that decide: by case file, whose name a case's id begins with, and the hidden ones in one."""
    groups: dict[str, list[Record]] = {}
    hidden = [r for r in view.counted if not r.visible]
    for record in view.counted:
        if record.visible:
            groups.setdefault(record.case.partition("[")[0], []).append(record)
    return groups | ({"hidden cases": hidden} if hidden else {})


def _share(name: str, group: list[Record], worth: int, unit: Decimal, about: Mapping[str, str]) -> Share:
    right = sum(r.status is Status.PASS for r in group)
    rest = [r for r in group if r.status is not Status.PASS and r.visible]
    visible = group[0].visible
    return Share(
        name=name,
        about=about.get(group[0].file, "") if visible else "",
        right=right,
        of=len(group),
        worth=worth * unit,
        score=worth * right // len(group) * unit,  # rounded down: a part of the cases never earns all of the points
        simplest=min(rest, key=lambda r: (r.status is Status.UNSUPPORTED, r.complexity, r.case), default=None),
        visible=visible,
    )


def _decimals(points: Decimal, cases: int) -> int:
    """So many that one case is worth something, and that the points themselves can be written."""
    written = max(-int(points.normalize().as_tuple().exponent), 0)
    wanted = next((d for d in _DECIMALS if points.scaleb(d) >= cases), _DECIMALS[-1])
    return max(wanted, written)


def _shared_out(units: int, sizes: list[int]) -> list[int]:
    """Whole units in proportion to sizes that add up exactly: those with the largest remainders get one more."""
    exact = [Fraction(units * size, sum(sizes)) for size in sizes]
    found = [int(share) for share in exact]
    order = sorted(range(len(sizes)), key=lambda i: found[i] - exact[i])
    for i in order[: units - sum(found)]:
        found[i] += 1
    return found
