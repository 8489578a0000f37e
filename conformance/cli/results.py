"""What a gate writes, all of it made from the records of one run, each file there as a whole or not at all."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from conformance import whole_file
from conformance.cli.options import Failure
from conformance.cli.outcome import RECORDS, REPORT
from conformance.feedback import annotations as github_annotations
from conformance.feedback import classroom, gradescope, job_summary, junit
from conformance.record import Run
from conformance.report.html import write as write_report
from conformance.summary import EXIT_HARNESS, EXIT_USAGE

#: Where the platform looks for what a grader has found.
_GRADESCOPE = Path("/autograder/results/results.json")
_SUMMARY = "GITHUB_STEP_SUMMARY"


@dataclass(frozen=True, kw_only=True)
class Outputs:
    """What is to be written: `report` is the instructor's folder, all else is for the author."""

    report: Path | None
    junit: Path | None
    github: bool
    form: str | None
    output: Path | None
    points: float
    strict: bool

    def ready(self) -> None:
        """Find out before anything is judged whether it can be written; Failure where it cannot."""
        for file in (self.junit, self._platform):
            if file is not None and not file.parent.is_dir():
                raise Failure(f"{file} cannot be written: {file.parent} is no folder", EXIT_USAGE)
            if file is not None and file.is_dir():
                raise Failure(f"{file} cannot be written: it is a folder", EXIT_USAGE)
        try:
            if self.report is not None:
                self.report.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Failure(f"{self.report} cannot be made a folder: {error.strerror}", EXIT_USAGE) from None

    @property
    def _platform(self) -> Path | None:
        """Where a platform's result goes; None for stdout, or where there is none."""
        return self.output or (_GRADESCOPE if self.form == "gradescope" else None)

    def write(self, run: Run, records: str, about: dict[str, str], submission: Path) -> str:
        """Write the files, the records' lines among them; what is to be printed beside the verdict is returned."""
        self.keep(run, records)
        if self.junit is not None:
            _publish(self.junit, junit.render(run, strict=self.strict))
        said = []
        if self.github:
            _add_to_summary(job_summary.render(run, strict=self.strict))
            said.append(github_annotations.render(run, strict=self.strict, path=submission.as_posix()))
        if self.form == "gradescope":
            _publish(
                self._platform or _GRADESCOPE, gradescope.render(run, self.points, strict=self.strict, about=about)
            )
        if self.form == "classroom":
            said += self._classroom(classroom.render(run, self.points, strict=self.strict, about=about))
        return "\n".join(said)

    def keep(self, run: Run, records: str) -> None:
        """Write what is the instructor's, whatever came of the run."""
        if self.report is not None:
            _publish(self.report / RECORDS, records)
            write_report(run, self.report / REPORT)

    def not_judged(self, why: str) -> str:
        """The same where there is no verdict: never a pass, never a fail, never zero points."""
        if self.junit is not None:
            _publish(self.junit, junit.not_judged(why))
        said = []
        if self.github:
            _add_to_summary(job_summary.not_judged(why))
            said.append(github_annotations.not_judged(why))
        if self.form == "gradescope":
            # Without the file the platform tells the student to ask the staff, and gives no points at all.
            (self._platform or _GRADESCOPE).unlink(missing_ok=True)
        if self.form == "classroom":
            said += self._classroom(classroom.not_judged(why))
        return "\n".join(said)

    def _classroom(self, result: str) -> list[str]:
        if self.output is None:
            return [result]
        _publish(self.output, result)
        return []


def _publish(path: Path, text: str) -> None:
    """Write a file as a whole; Failure where that cannot be done."""
    try:
        whole_file.write(path, text)
    except OSError as error:
        raise Failure(f"{path} cannot be written: {error.strerror}", EXIT_HARNESS) from None


def _add_to_summary(text: str) -> None:
    """Add to the summary of a job of GitHub's; without one there is nothing to add to."""
    if place := os.environ.get(_SUMMARY):
        try:
            with Path(place).open("a", encoding="utf-8", newline="\n") as file:
                file.write(text)
        except OSError as error:
            raise Failure(f"{_SUMMARY} is {place}, which cannot be written: {error.strerror}", EXIT_HARNESS) from None
