"""What explains the failures of an implementation, in the sentences that every report shows."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.finding import Diagnosis, Finding
from conformance.summary import Summary


@dataclass(frozen=True)
class Mistake:
    """One fault that was found: what it is and where, by what name, where to look, how far it goes, its simplest case.

    `simplest` is a case's id, or empty where it is the simplest failing case of all, which is shown anyway.
    """

    what: str
    name: str
    hint: str
    extent: str
    simplest: str


@dataclass(frozen=True)
class Explanation:
    """What is said of a diagnosis: its mistakes, how much they reproduce, and what stands beside."""

    mistakes: tuple[Mistake, ...]
    reach: str
    asides: tuple[str, ...]


def explanation(summary: Summary) -> Explanation | None:
    """What to say of an implementation's diagnosis; None where there is none, or nothing to explain."""
    diagnosis = summary.diagnosis
    if diagnosis is None or not (diagnosis.findings or diagnosis.failing):
        return None
    shown = summary.first.case if summary.first is not None else ""
    mistakes = tuple(_mistake(diagnosis, finding, shown) for finding in diagnosis.findings)
    return Explanation(mistakes, _reach(diagnosis), _asides(diagnosis))


def _mistake(diagnosis: Diagnosis, finding: Finding, shown: str) -> Mistake:
    """One finding in words."""
    parts = []
    if len(diagnosis.findings) > 1:
        parts.append(f"Needed for {finding.explains:,} of {_wrong_cases(diagnosis.failing)}.")
    return Mistake(
        # Elsewhere it was not seen, so its sentence must not speak of there.
        what=f"Where {finding.where}: {finding.what}" if finding.where else finding.what,
        name=f"{finding.id}: {finding.value}" if finding.value else finding.id,
        hint=finding.hint,
        extent=" ".join(parts),
        simplest=finding.simplest if finding.simplest != shown else "",
    )


def _reach(diagnosis: Diagnosis) -> str:
    """How many of the wrong cases come out the same, to within rounding, when the mistakes are made on purpose."""
    if not diagnosis.findings:
        return "No known mistake reproduces it."
    if not diagnosis.reproduced:
        return "This is told by what it does, not by its numbers."
    who = "This mistake reproduces" if len(diagnosis.findings) == 1 else "Together these mistakes reproduce"
    cases = _wrong_cases(diagnosis.failing)
    if not diagnosis.complete:
        count = f"{diagnosis.reproduced:,} of {cases}"
    else:
        count = {1: "the one wrong case", 2: "both wrong cases"}.get(diagnosis.failing, f"all {cases}")
    return f"{who} {count} to within rounding."


def _asides(diagnosis: Diagnosis) -> tuple[str, ...]:
    """What the reader should know beside the mistakes."""
    found = []
    if diagnosis.equivalents:
        found.append(f"Cannot be told apart from: {'; '.join(diagnosis.equivalents)}.")
    found.extend(diagnosis.remarks)
    if diagnosis.gave_up:
        found.append(f"The search was given up after {diagnosis.seconds:.1f} s: not every pair of mistakes was tried.")
    return tuple(found)


def _wrong_cases(count: int) -> str:
    return f"{count:,} wrong case" if count == 1 else f"{count:,} wrong cases"
