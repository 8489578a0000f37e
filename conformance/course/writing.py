"""Writing a kit into a folder: all of it or, where something would be lost, nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

from conformance.course.assignment import Assignment
from conformance.course.kit import Kit
from conformance.course.mistake import CourseError
from conformance.course.template import render


def write(kit: Kit, assignment: Assignment, folder: Path, *, force: bool) -> list[Path]:
    """Write every file of a kit; raises CourseError where one exists (unless `force`) or cannot be written."""
    texts = {folder / part.path.format(file=assignment.file): part for part in kit.parts}
    wheels = _wheels(kit, assignment, folder)
    place = kit.place.format(file=assignment.file)
    if not force:
        _refuse_what_exists([*texts, *wheels])
    try:
        for path, part in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            # The platforms run these on Linux, wherever they are written.
            path.write_text(render(part.template, assignment, place), encoding="utf-8", newline="\n")
            path.chmod(0o755 if part.executable else 0o644)
        for path, source in wheels.items():
            shutil.copyfile(source, path)
    except OSError as error:
        raise CourseError(f"{error.filename or folder} cannot be written: {error.strerror}") from None
    return [*texts, *wheels]


def settings(kit: Kit) -> list[str]:
    """The folders that hold an assignment.sh, and with it what it names."""
    return [part.path.removesuffix("assignment.sh") for part in kit.parts if part.path.endswith("assignment.sh")]


def _wheels(kit: Kit, assignment: Assignment, folder: Path) -> dict[Path, Path]:
    wheel = assignment.harness.wheel
    return {} if wheel is None else {folder / place / wheel.name: wheel for place in settings(kit)}


def _refuse_what_exists(paths: list[Path]) -> None:
    there = [path for path in paths if path.exists() or path.is_symlink()]
    if there:
        others = f" and {len(there) - 1} more of its files" if len(there) > 1 else ""
        exist = "exist" if len(there) > 1 else "exists"
        raise CourseError(f"{there[0]}{others} {exist}; choose another folder, or overwrite with --force")
