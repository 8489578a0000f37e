"""GitHub Classroom: the result that its graders hand to its reporter, base64 of one JSON document.

Fields: classroom-resources/autograding-python-grader, runner/data.py (version 3). What becomes of them:
classroom-resources/autograding-grading-reporter, src. The points reported are the sum of `score`, of the sum of
`max_score`; a runner whose `max_score` is 0 is left out of both, and where none is left, no points are reported. Names,
`message` of an error and `test_code` are printed into the log. The table in the log counts tests that pass instead, so
it differs from the points where a test passes in part (issue 10 there).
"""

from __future__ import annotations

import base64
import bisect
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from conformance.feedback.author import for_author
from conformance.feedback.points import Share, shares
from conformance.feedback.words import failure, hidden, title
from conformance.plain_text import clean, one_line
from conformance.record import Run

#: The reporter is handed the result in an environment variable, and Linux takes no string of 128 KiB or more.
LARGEST = 120_000
_LONGEST = 500  # as the Python grader cuts what a test printed


def render(run: Run, points: float, *, strict: bool = False, about: Mapping[str, str] | None = None) -> str:
    """The result, for a step's output `result`; one line of at most 120,000 characters.

    `about` names the sentence of a case file. Raises NotJudgedError where nothing was decided; see `not_judged`.
    """
    view = for_author(run, strict=strict)
    entries = shares(view, points, about or {})
    table = "\n".join(hidden(view.hidden))
    earned = sum((entry.score for entry in entries), Decimal(0))
    name = one_line(f"{title(view)}. {earned} of {points:g} points. {view.verdict}", _LONGEST)
    tests = [_test(name, passed=view.passed)]
    for entry, score in zip(entries, _scores(entries), strict=True):
        tests.append(_of(entry, score, table))
    status = "pass" if view.passed else "fail"
    return _encoded({"version": 3, "status": status, "max_score": _number(points), "tests": tests})


def not_judged(why: str) -> str:
    """A result that fails the job as an error and reports no points at all, not even zero of so many."""
    why = one_line(why, _LONGEST)
    test = _test("Not judged", passed=False) | {"status": "error", "message": why}
    return _encoded({"version": 3, "status": "error", "message": why, "max_score": 0, "tests": [test]})


def _test(name: str, *, passed: bool, score: float = 0.0, code: str = "") -> dict[str, Any]:
    """One test with every field that the reporter reads."""
    return {
        "name": name,
        "status": "pass" if passed else "fail",
        "test_code": code,
        "task_id": 0,
        "filename": "",
        "line_no": 0,  # another number is printed
        "duration": 0.0,
        "score": score,
    }


def _of(entry: Share, score: float, table: str) -> dict[str, Any]:
    """One case file; what a reader of the log is to see of a failure stands where tests show their code."""
    told = "\n".join(failure(entry.simplest)) if entry.simplest is not None else ""
    counts = "" if entry.passed else f" ({entry.right:,} of {entry.of:,} cases are right)"
    name = one_line(f"{entry.name}: {entry.about}" if entry.about else entry.name, 200) + counts
    test = _test(name, passed=entry.passed, score=score, code=clean(told, _LONGEST) if entry.visible else table)
    return test if entry.passed else test | {"message": one_line(told or name, _LONGEST)}


def _scores(entries: tuple[Share, ...]) -> list[float]:
    """What each entry earns, the last of them mended so that adding them up as JavaScript does gives a round sum."""
    scores = [float(entry.score) for entry in entries]
    last = max((i for i, score in enumerate(scores) if score), default=None)
    if last is not None:
        scores[last] = float(sum((entry.score for entry in entries), Decimal(0))) - _sum(scores[:last])
    return scores


def _sum(numbers: list[float]) -> float:
    """From left to right, each sum rounded, unlike Python's own sum."""
    total = 0.0
    for number in numbers:
        total += number
    return total


def _number(points: float) -> int | float:
    return int(points) if float(points).is_integer() else float(points)


def _encoded(result: dict[str, Any]) -> str:
    """Base64 in one line; where it grows too long, what tests say is left out, the last test first."""
    tests = result["tests"]

    def encoded(left_out: int) -> str:
        kept = len(tests) - left_out
        short = [*tests[:kept], *map(_without_words, tests[kept:])]
        return base64.b64encode(json.dumps(result | {"tests": short}, separators=(",", ":")).encode()).decode()

    left_out = bisect.bisect_left(range(len(tests) + 1), True, key=lambda number: len(encoded(number)) <= LARGEST)
    if left_out > len(tests):
        raise ValueError(f"{len(tests):,} case files are too many for one result: narrow the scope")
    return encoded(left_out)


def _without_words(test: dict[str, Any]) -> dict[str, Any]:
    return {name: "" if name in ("message", "test_code") else value for name, value in test.items()}
