"""What was expected of an implementation that is kept because it is wrong, and was not found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.finding import Diagnosis


def shortfalls(wanted: Mapping[str, Any], found: Mapping[str, bool], diagnosis: Diagnosis) -> Iterator[str]:
    """One clause for each thing of `<name>.expected.yaml` that is not so; none where the expectation is met.

    `found` holds the verdicts by the names that they are expected under; `diagnosis` is empty where none was made. One
    that reproduces no case tells a fault by behaviour, which explains all.
    """
    for name, value in found.items():
        if wanted[name] != value:
            yield f"{name} is {str(value).lower()}, but should be {str(wanted[name]).lower()}"
    faults: list[str] | None = wanted["faults"]
    named = [finding.id for finding in diagnosis.findings]
    if faults is not None and not _named_as(faults, diagnosis):
        got = f"the faults named are {', '.join(named)}" if named else "no fault is named"
        yield f"{got}, but {', '.join(faults) or 'none'} should be"
    elif faults and not wanted["unnamed"] and 0 < diagnosis.reproduced < diagnosis.failing:
        rest = diagnosis.failing - diagnosis.reproduced
        yield f"{rest:,} of {diagnosis.failing:,} wrong cases stay unexplained, but none should: unnamed is empty"
    yield from (
        f"{name} is named, but should not be: it is listed under unnamed" for name in wanted["unnamed"] if name in named
    )


def _named_as(faults: list[str], diagnosis: Diagnosis) -> bool:
    """Whether exactly these faults were named; sets that nothing observable tells apart share their name."""
    same = [set(names.split(" + ")) for names in diagnosis.equivalents]
    return set(faults) in ({finding.id for finding in diagnosis.findings}, *same)
