"""What the author of a submission may see: the visible cases as they are, of the hidden ones counts alone."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from conformance.finding import Diagnosis
from conformance.record import Record, Run
from conformance.report.gate import no_verdict
from conformance.status import Status
from conformance.summary import EXIT_SUCCESS, FEATURES, WRONG, Summary, exit_code, summaries

#: What is said with every reason for which nothing was decided.
WHOSE_MATTER = "Nothing was decided about this submission: this is its instructor's matter, not its author's."

#: Of the hidden cases, those that make a wrong call.
REFUSALS = "refuses wrong calls"


class NotJudgedError(ValueError):
    """A run that decides nothing, asked for as if it did: it is neither a pass nor a fail, and never zero points."""


@dataclass(frozen=True, kw_only=True)
class FeatureCount:
    """How the hidden cases went that need one feature; expected and run are the same in every run that decides."""

    feature: str
    expected: int
    run: int
    right: int
    wrong: int
    declined: int


@dataclass(frozen=True, kw_only=True)
class AuthorView:
    """A run as its author may see it.

    `summary` and `run` hold the visible cases alone; `passed` and `verdict` are about all, and `counted` are all that
    decide, for whoever shares out points. Where cases are hidden, `hidden` counts them, all first, then by feature, and
    `run` has no seed, command, scope or digest: numbers are drawn from a case's id and the seed, ids are a few words
    that can be guessed, and a command or a digest of the case files would confirm a guess.
    """

    run: Run
    summary: Summary
    strict: bool
    refusals_decide: bool
    passed: bool
    verdict: str
    demands: tuple[str, ...]
    hidden: tuple[FeatureCount, ...]
    counted: tuple[Record, ...]

    @property
    def seed(self) -> int | None:
        """The seed, or None where it is not told."""
        return None if self.hidden else self.run.header.seed

    def decides(self, record: Record) -> bool:
        """Whether the verdict depends on a case: wrong calls stand beside it, unless they are asked for."""
        return record.asks != "validation" or self.refusals_decide


def why_not_judged(run: Run) -> str:
    """Why a run decides nothing about its submission, in a sentence; empty where it does."""
    return _advice(run) or _undecided(run)


def _advice(run: Run) -> str:
    """Whether it was shut in too weakly for a verdict."""
    advice = no_verdict(run.header.gate)
    return f"{advice} {WHOSE_MATTER}" if advice else ""


def _undecided(run: Run) -> str:
    """Whether there is no verdict, however it was shut in."""
    if not run.complete:
        return f"Not judged: the run was interrupted. {WHOSE_MATTER}"
    found = summaries(run)
    if not any(s.expected for s in found):
        return f"Not judged: no case was selected. {WHOSE_MATTER}"
    if not all(s.judged for s in found):
        return f"{next(s.verdict for s in found if not s.judged)} {WHOSE_MATTER}"
    return ""


def for_author(run: Run, *, strict: bool = False, advice: bool = False) -> AuthorView:
    """What to tell the author of a run's one implementation; `strict` asks for wrong calls to be refused, too.

    Raises NotJudgedError where nothing was decided; a run that was only too weakly shut in may be shown as `advice`.
    """
    if why := (not advice and _advice(run)) or _undecided(run):
        raise NotJudgedError(why)
    (whole,) = summaries(run)
    hidden = tuple(r for r in whole.records if not r.visible)
    shown = tuple(r for r in whole.records if r.visible)
    planned = dataclasses.replace(whole.planned, expected=len(shown), origin="" if hidden else whole.planned.origin)
    summary = Summary(planned, whole.connection, shown, _diagnosis(whole, shown) if hidden else whole.diagnosis)
    counts = _counts(hidden)
    refusals_decide = strict or not whole.asked
    return AuthorView(
        run=_without_secrets(run, summary) if hidden else run,
        summary=summary,
        strict=strict,
        refusals_decide=refusals_decide,
        passed=exit_code([whole], finished=run.complete, strict=strict, complete=True) == EXIT_SUCCESS,
        verdict=_verdict(whole, summary, counts),
        demands=tuple(_demands(whole, strict=strict)),
        hidden=counts,
        counted=(*whole.asked, *(whole.refusals if refusals_decide else ())),
    )


def _without_secrets(run: Run, summary: Summary) -> Run:
    """A run of the visible cases, without what hidden numbers could be drawn from or guesses confirmed by."""
    header = dataclasses.replace(
        run.header, implementations=(summary.planned,), seed=0, command="", scope={}, suite_digest=""
    )
    diagnoses = () if summary.diagnosis is None else (summary.diagnosis,)
    return dataclasses.replace(run, header=header, records=summary.records, diagnoses=diagnoses)


def _diagnosis(whole: Summary, shown: tuple[Record, ...]) -> Diagnosis | None:
    """The mistakes that a visible case shows; their extent and what was remarked besides may come from hidden ones.

    A mistake that hidden cases alone gave away is not named, nor one whose simplest case is hidden.
    """
    if whole.diagnosis is None:
        return None
    wrong = {r.case for r in shown if r.status in WRONG}
    findings = tuple(f for f in whole.diagnosis.findings if f.simplest in wrong or not whole.connected)
    return Diagnosis(implementation=whole.name, findings=findings) if findings else None


def _verdict(whole: Summary, visible: Summary, counts: tuple[FeatureCount, ...]) -> str:
    """What holds, of how many: of hidden cases without a word that a submission could have said in one."""
    if not whole.connected:  # in words that may be the submission's own, and must not look like ours
        return "Not connected: " + "\n  ".join(whole.verdict.splitlines())
    if not counts:
        return whole.verdict
    parts = [f"Visible cases: {visible.verdict}"] if visible.records else []
    first = counts[0]
    return " ".join([*parts, f"Hidden cases: right in {first.right:,} of {first.run:,}."])


def _demands(whole: Summary, *, strict: bool) -> list[str]:
    """What stands between a submission that is right where it answers and a pass."""
    found = []
    if any(r.status is Status.UNSUPPORTED for r in whole.asked):
        found.append("To decline a case is not to pass it: every case of the scope has to pass.")
    if strict and whole.refusals and not whole.validates:
        found.append("Every wrong call that torch refuses has to be refused, too.")
    return found


def _counts(hidden: tuple[Record, ...]) -> tuple[FeatureCount, ...]:
    """All hidden cases that decide, then by feature; wrong calls on their own."""
    asked = [r for r in hidden if r.asks != "validation"]
    groups = [("all", asked), *((name, [r for r in asked if needs(r)]) for name, needs in FEATURES)]
    groups.append((REFUSALS, [r for r in hidden if r.asks == "validation"]))
    return tuple(_count(name, records) for name, records in groups if records)


def _count(feature: str, records: list[Record]) -> FeatureCount:
    return FeatureCount(
        feature=feature,
        expected=len(records),  # a run with fewer results than it planned decides nothing, and is not shown
        run=len(records),
        right=sum(r.status is Status.PASS for r in records),
        wrong=sum(r.status in (*WRONG, Status.KNOWN) for r in records),
        declined=sum(r.status is Status.UNSUPPORTED for r in records),
    )
