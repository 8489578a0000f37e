"""What an assignment asks for, and what judges it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from conformance.course.harness import Harness
from conformance.course.mistake import CourseError

#: What tox and constraints.txt install: the oracle must not change in the middle of a term.
TORCH = "2.13.0"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\.py")


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """One file that is handed in, the scope in which it has to be right, and what that is worth.

    `where` and `case` are as `rnn-conformance gate` takes them, empty for all cases. Raises CourseError.
    """

    file: str = "my_rnn.py"
    where: str = ""
    case: str = ""
    points: int = 100
    harness: Harness = field(default_factory=Harness)

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.file):
            raise CourseError(f"the file's name is {self.file!r}, but should be a Python module's, such as my_rnn.py")
        if self.points < 1:
            raise CourseError(f"points is {self.points}, but should be at least 1")
        for name, text in (("where", self.where), ("case", self.case)):
            if not text.isprintable():
                raise CourseError(f"{name} is {text!r}, but should be one line of plain text")
