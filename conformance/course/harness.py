"""Where a platform installs the harness from: always one version that nobody can exchange, or a placeholder."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from conformance.course.mistake import CourseError

#: What stands in a written file until somebody decides; the scripts refuse to go on with it.
UNDECIDED = "CHANGE-ME"
_COMMIT = re.compile(r"git\+[a-z]+://\S+@[0-9a-f]{40}")
_HASHED = re.compile(r"https://\S+/rnn_conformance-[^/\s]+\.whl#sha256=[0-9a-f]{64}")
_VERSION = re.compile(r"rnn-conformance==[0-9][0-9A-Za-z.+!]*")
_WHEEL = re.compile(r"rnn_conformance-[0-9A-Za-z.+_]+-py3-none-any\.whl")
_WAYS = (
    "a wheel (python3 -m pip wheel --no-deps PATH_OF_A_CLONE makes one), a repository at a whole commit "
    "(git+https://HOST/NAME@ and 40 hexadecimal digits), the address of a wheel with #sha256= and its digest, or "
    "rnn-conformance==VERSION"
)


@dataclass(frozen=True)
class Harness:
    """`words` is what pip installs, without extras; a `wheel` is copied beside the scripts, under that name."""

    words: str = UNDECIDED
    wheel: Path | None = None

    @classmethod
    def of(cls, given: str | None) -> Self:
        """Read what was given on the command line; raises CourseError for what is missing or not pinned."""
        if given is None:
            return cls()
        if given.endswith(".whl") and "://" not in given:
            return cls(_wheel(given), Path(given))
        if any(form.fullmatch(given) for form in (_COMMIT, _HASHED, _VERSION)):
            return cls(given)
        raise CourseError(f"{given!r} may be another program tomorrow, but should be pinned: {_WAYS}")

    @property
    def decided(self) -> bool:
        """Whether it can be installed at all."""
        return self.words != UNDECIDED


def _wheel(given: str) -> str:
    path = Path(given)
    if not path.is_file():
        raise CourseError(f"{given} does not exist, but should be a wheel of rnn-conformance")
    if not _WHEEL.fullmatch(path.name):
        raise CourseError(f"{given} is no wheel of rnn-conformance by its name, but should be as pip wheel made it")
    return path.name
