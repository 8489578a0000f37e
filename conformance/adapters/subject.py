"""What the adapters share: a callable that is constructed, or called, with torch's constructor arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.adapters.signature import first_lacking
from conformance.case import Case
from conformance.implementation import Implementation


class SubjectImplementation(Implementation):
    """An implementation behind one callable of its author's."""

    def __init__(self, name: str, subject: Callable[..., Any], *, description: str = "", origin: str = "") -> None:
        super().__init__(name, description=description, origin=origin)
        self._subject = subject

    def lacks(self, case: Case) -> str | None:
        """The first argument that is missing from the signature."""
        return first_lacking(self._subject, case.constructor()[1])
