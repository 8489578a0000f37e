"""The author's feedback as one JSON document, for programs."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from conformance.feedback.author import for_author
from conformance.plain_text import clean
from conformance.record import Run
from conformance.report.explanation import explanation


def render(run: Run, *, strict: bool = False) -> str:
    """Verdict, counts, mistakes and the simplest failure of the visible cases, counts of the hidden ones.

    Raises NotJudgedError where nothing was decided; see `not_judged`.
    """
    view = for_author(run, strict=strict)
    summary, first = view.summary, view.summary.first
    told = explanation(summary)
    gate = run.header.gate
    return _printed(
        {
            "submission": summary.name,
            "judged": True,
            "passed": view.passed,
            "verdict": " ".join([view.verdict, *view.demands]),
            "strict": strict,
            "visible": {"expected": summary.expected, "run": summary.run, "counts": summary.counts},
            "hidden": [dataclasses.asdict(count) for count in view.hidden],
            "mistakes": [{"id": m.name, "what": m.what, "hint": m.hint} for m in told.mistakes] if told else [],
            "first": None if first is None else {"case": first.case, "status": first.status.value, "why": first.why},
            "suite": run.header.suite_version,
            "seed": view.seed,
            "gate": None if gate is None else {"level": gate.level, "sha256": gate.sha256},
        }
    )


def not_judged(why: str) -> str:
    """The same where nothing was decided: `passed` is null, and neither true nor false."""
    return _printed({"judged": False, "passed": None, "verdict": why})


def _printed(value: dict[str, Any]) -> str:
    """JSON whose texts may be printed into the log of a CI system."""
    return json.dumps(_cleaned(value), indent=1) + "\n"


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(key): _cleaned(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    return value
