"""The power of a suite in words and columns, for a terminal of 80 columns: how much is caught first, then the rest."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator

from conformance.power.power import ENOUGH, FaultPower, Power

_WIDTH = 79
#: How many faults are listed, the weakest first, unless all are asked for.
_ROWS = 12


def render(power: Power, *, every: bool = False) -> str:
    """What is caught and what is not; other people's checks; pairs; the smallest subset; files; faults."""
    blocks = (_lead(power), _peers(power), _pairs(power), _subset(power), _files(power), _faults(power, every=every))
    return "\n\n".join(text for text in ("\n".join(lines) for lines in blocks) if text)


def _lead(power: Power) -> Iterator[str]:
    """How much is caught, and whatever keeps that from being enough."""
    yield from _wrapped(
        f"{power.caught:,} of {len(power.faults):,} faults are caught by {power.cases:,} cases of suite "
        f"{power.suite_version} ({power.suite_digest[:12]})"
        + ("." if power.weak else f", each by at least {min((f.catches for f in power.faults), default=0):,}.")
    )
    for fault in power.weak:
        count = "one case" if fault.catches else "no case"
        at = f" ({fault.simplest})" if fault.catches else ""
        yield from _wrapped(f"{fault.id} is caught by {count}{at}, but should be by at least {ENOUGH}.", "  ")
    for equivalent in power.equivalent:
        if equivalent.catches:
            yield from _wrapped(f"{equivalent.id} is caught by {equivalent.catches:,} cases, but is equivalent.", "  ")
    if power.suite_errors:
        first, more = power.suite_errors[0], len(power.suite_errors) - 1
        yield from _wrapped(
            f"Not measured: {first}{f' and {more:,} more cases are' if more else ' is'} at fault (suite-error).", "  "
        )


def _peers(power: Power) -> Iterator[str]:
    """A row for the suite, and one for each other check."""
    if not power.peers:
        return
    yield f"{'On the same faults':<30}{'cases':>7}{'caught':>8}   of those its form can express"
    yield f"{'this suite':<30}{power.cases:>7,}{power.caught:>8,}   {power.caught:,} of {len(power.faults):,}"
    for peer in power.peers:
        share = f"{len(peer.caught):,} of {peer.reach:,}"
        yield f"{peer.name:<30}{peer.cases:>7,}{len(peer.caught):>8,}   {share}"


def _pairs(power: Power) -> Iterator[str]:
    """How many pairs were tried, and those in which two faults hide each other."""
    pairs = power.pairs
    if not pairs.tried:
        yield f"Pairs of faults: none of {pairs.possible:,} was tried."
        return
    result = "nothing catches:" if pairs.masked else "every one is caught."
    masked = f"{len(pairs.masked):,} of them " if pairs.masked else ""
    yield f"Pairs of faults: {pairs.tried:,} of {pairs.possible:,} tried; {masked}{result}"
    for pair in pairs.masked:
        yield f"  {' + '.join(pair)}"


def _subset(power: Power) -> Iterator[str]:
    """The fewest cases that catch as much as all do."""
    size = len(power.subset.cases)
    if size:
        sure = "no fewer do" if power.subset.exact else "fewer may do, the search was cut short"
        yield f"The smallest subset that catches the same: {size:,} {_noun('case', size)} ({sure})."
        yield from (f"  {case}" for case in power.subset.cases)


def _files(power: Power) -> Iterator[str]:
    """How many faults the cases of each file catch, and how many only they do."""
    yield f"{'By file':<49}{'cases':>7}{'faults':>8}{'alone':>7}"
    catching = [file for file in power.files if file.catches]
    for file in catching:
        yield f"{file.file:<49}{file.cases:>7,}{file.catches:>8,}{len(file.alone):>7,}"
        yield from _wrapped(", ".join(file.alone), "    ")
    others = len(power.files) - len(catching)
    if others:
        yield f"({others:,} {_noun('file', others)} more catch none; the faults do not touch what a wrong call raises.)"


def _faults(power: Power, *, every: bool) -> Iterator[str]:
    """The faults that the fewest cases catch, by the smallest margin."""
    shown = sorted(power.faults, key=lambda fault: (fault.catches, fault.margin, fault.id))
    if not every:
        shown = shown[:_ROWS]
    yield f"{'By fault, the weakest first':<49}{'cases':>7}{'files':>8}{'margin':>12}"
    for fault in shown:
        yield f"{fault.id:<49}{fault.catches:>7,}{len(fault.by_file):>8,}{_margin(fault):>12}"
    if len(shown) < len(power.faults):
        yield f"(and {len(power.faults) - len(shown):,} more: --all)"
    yield from _wrapped(
        "The margin is the smallest error over tolerance among the cases that catch a fault; there is none where "
        "only a shape, a type, NaN or a change to what is not its own gives it away."
    )
    for equivalent in power.equivalent:
        yield from _wrapped(f"Not counted: {equivalent.id}, since {equivalent.reason}.")


def _margin(fault: FaultPower) -> str:
    """A ratio in few digits."""
    if not fault.catches or not math.isfinite(fault.margin):
        return "-"
    return f"{fault.margin:,.1f}" if fault.margin < 10_000 else f"{fault.margin:.0e}"  # noqa: PLR2004 -- as it fits


def _noun(noun: str, count: int) -> str:
    return noun if count == 1 else f"{noun}s"


def _wrapped(text: str, indent: str = "") -> list[str]:
    """Lines of at most 79 columns."""
    return textwrap.wrap(
        text, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False
    )
