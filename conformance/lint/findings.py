"""What is wrong with the cases themselves: numbers in which a fault could hide."""

from __future__ import annotations

from collections import defaultdict

from conformance.case import Case
from conformance.lint.adequacy import Finding, examine, report
from conformance.lint.evidence import gather
from conformance.lint.training import examine_training
from conformance.plan import Plan


def findings(plan: Plan) -> list[str]:
    """Examine the cases of a plan, file by file; a sentence for each check that a file neither meets nor waives."""
    by_file: dict[str, list[Case]] = defaultdict(list)
    for case in plan.cases:
        by_file[case.file].append(case)
    sentences = []
    for file in plan.suite.files:
        cases = by_file[file.source.name]
        found = [finding for case in cases for finding in _examine(case, plan.seed)]
        # Where a scope leaves cases out, a waiver may be for one of those.
        sentences += report(file, found, whole=len(cases) >= file.cases)
    return sentences


def _examine(case: Case, seed: int) -> list[Finding]:
    """What a case asks settles what can be asked of it."""
    if case.asks == "validation":
        return []
    return examine_training(case, seed) if case.asks == "training" else examine(case, gather(case, seed))
