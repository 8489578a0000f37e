"""Gradescope: the content of /autograder/results/results.json.

Fields and defaults: gradescope/autograder_samples, docs/specs.md. The default format of `output` is HTML of a kind, so
every format is said. A run that decides nothing has no such file: with no results.json the platform reports that the
autograder failed and is sent no score, while what it cannot parse is sent as a score of 0 (docs/troubleshooting.md, and
submit_results and read_results of the platform's own harness, version 0.15.1).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from conformance.feedback.author import for_author
from conformance.feedback.points import Share, shares
from conformance.feedback.words import failure, hidden, text
from conformance.plain_text import clean, one_line
from conformance.record import Run

#: The platform cuts at 100,000 characters, in the middle.
_LONGEST = 50_000


def render(run: Run, points: float, *, strict: bool = False, about: Mapping[str, str] | None = None) -> str:
    """The results, as JSON; an entry for each case file, in proportion to what passes in it.

    `about` names the sentence of a case file. Raises NotJudgedError where nothing was decided: then no file may be
    written, and one that lies there has to go.
    """
    view = for_author(run, strict=strict)
    entries = shares(view, points, about or {})
    table = "\n".join(hidden(view.hidden))
    gate = run.header.gate
    results: dict[str, Any] = {
        "score": float(sum(entry.score for entry in entries)),
        "execution_time": round(run.seconds, 3),
        "output": clean(text(view), _LONGEST),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",  # an instructor may print there what authors are not to see
        "extra_data": {"passed": view.passed}
        | ({} if gate is None else {"level": one_line(gate.level), "sha256": one_line(gate.sha256)}),
        "tests": [_test(entry, table) for entry in entries],
    }
    return json.dumps(results, indent=1) + "\n"


def _test(entry: Share, table: str) -> dict[str, Any]:
    """One test case of the platform."""
    told = ["The simplest that is not:", *failure(entry.simplest)] if entry.simplest is not None else []
    lines = [f"{entry.right:,} of {entry.of:,} cases are right.", *told]
    return {
        "score": float(entry.score),
        "max_score": float(entry.worth),
        "status": "passed" if entry.passed else "failed",
        "name": one_line(f"{entry.name}: {entry.about}" if entry.about else entry.name, 300),
        "output": clean("\n".join(lines) if entry.visible else table, _LONGEST),
        "visibility": "visible",
    }
