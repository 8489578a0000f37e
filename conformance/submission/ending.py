"""What an answer and a report amount to: the answer, or how it was lost."""

from __future__ import annotations

import signal

from conformance.child.control import NO_MEMORY, Report
from conformance.command.ending import ended
from conformance.observation import Crashed, Lost, OutOfMemory, TimedOut
from conformance.submission.allowance import Allowance
from conformance.wire import Frame, Kind

_FORBIDDEN = "its process was ended by SIGSYS: it asked the system for something that no calculation needs"


def outcome(
    answer: Frame | None, when: str, report: Report, allowed: Allowance, seconds: float, said: str
) -> Frame | Lost:
    """The answer where it came and its process ended well after it; `when` says how far it came, else."""
    if report.overdue:
        return TimedOut(f"it was still running after {seconds:g} s and was stopped {when}{said}")
    if report.code == NO_MEMORY:
        return out_of_memory(allowed)
    if report.code == -signal.SIGXCPU or (report.code < 0 and report.cpu_seconds >= allowed.limits.cpu_seconds):
        return TimedOut(f"it used up its {allowed.limits.cpu_seconds} s of processor time and was stopped {when}{said}")
    if hasattr(signal, "SIGSYS") and report.code == -signal.SIGSYS:
        return Crashed(f"{_FORBIDDEN}{said}")
    if answer is None or report.code != 0:
        should = ", but should end with exit code 0" if answer is not None and report.code > 0 else ""
        return Crashed(f"its process ended {ended(report.code)} {when}{should}{said}")
    return answer


def out_of_memory(allowed: Allowance) -> OutOfMemory:
    """The sentence for a lack of it."""
    return OutOfMemory(f"it wanted more memory than the {allowed.limits.memory >> 20:,} MiB that a case may have")


def starved(answer: Frame) -> bool:
    """Whether a submission's own MemoryError reached us: that is what a cap on memory looks like from inside."""
    bases = answer.entries.get("bases") if answer.kind is Kind.RAISED else None
    return isinstance(bases, str) and "MemoryError" in bases.split("\n")
