"""What was written, what to decide, and what to do next, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from conformance.course.assignment import Assignment
from conformance.course.kit import Kit
from conformance.course.writing import settings


def account(kit: Kit, assignment: Assignment, folder: Path, scope: str) -> list[str]:
    """The lines for a terminal; `scope` is a sentence on what the cases of the assignment are."""
    return [*_written(kit, assignment, folder), *_to_decide(kit, assignment, scope), *_next(kit, assignment, folder)]


def _written(kit: Kit, assignment: Assignment, folder: Path) -> Iterator[str]:
    yield f"Written into {folder}:"
    names = [part.path.format(file=assignment.file) for part in kit.parts]
    width = max(map(len, names))
    for name, part in zip(names, kit.parts, strict=True):
        yield f"  {name:<{width}}  {part.about}"
    if assignment.harness.wheel is not None:
        yield f"  {assignment.harness.wheel.name}, beside each install.sh"


def _to_decide(kit: Kit, assignment: Assignment, scope: str) -> Iterator[str]:
    files = " and in ".join(f"{place}assignment.sh" for place in settings(kit))
    yield f"Decide in {files}:"
    if not assignment.harness.decided:
        yield "  HARNESS is not set: install.sh stops until it says what to install (or use --from here)."
    yield f"  WHERE and CASE: {scope}"
    yield f"  POINTS: a right file is worth {assignment.points}."
    for line in kit.undecided:
        yield f"Fill in {line}."


def _next(kit: Kit, assignment: Assignment, folder: Path) -> Iterator[str]:
    yield "Next:"
    for number, step in enumerate(kit.steps, start=1):
        yield f"  {number}. {step.format(file=assignment.file, folder=folder)}"
    readme = next(part.path for part in kit.parts if part.path.endswith("README.md"))
    yield f"All of it, and who may change what: {folder / readme}"
