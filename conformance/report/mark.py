"""The mark of a status: a symbol beside its word, a tone and a meaning; never colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from conformance.status import Status

Tone = Literal["good", "bad", "warn", "quiet"]


@dataclass(frozen=True)
class Mark:
    """How one status is shown: its symbol, word and tone, what it means, and where it stands in a list (0: first)."""

    symbol: str
    word: str
    tone: Tone
    rank: int
    meaning: str


MARKS: dict[Status, Mark] = {
    Status.PASS: Mark("✓", "pass", "good", 4, "agrees with torch in everything the case asks"),
    Status.FAIL: Mark("✗", "fail", "bad", 1, "returned something else than torch, or returned where torch raises"),
    Status.ERROR: Mark("✗", "error", "bad", 1, "raised where torch returns"),
    Status.UNSUPPORTED: Mark("–", "unsupported", "quiet", 3, "declined; counted in the total, never a pass"),
    Status.CRASH: Mark("✗", "crash", "bad", 1, "its process died"),
    Status.TIMEOUT: Mark("✗", "timeout", "bad", 1, "ran longer than it may"),
    Status.MEMORY: Mark("✗", "memory", "bad", 1, "took more memory than it may"),
    Status.KNOWN: Mark("≈", "known", "warn", 2, "a known difference, still there"),
    Status.STALE: Mark("✗", "stale", "bad", 1, "listed as a known difference, but passes by now"),
    Status.SUITE_ERROR: Mark("!", "suite error", "warn", 0, "the suite's own fault, never the implementation's"),
    Status.NOT_RUN: Mark("!", "not run", "warn", 0, "expected and absent"),
}
