"""What a check of one implementation gives back in Python: true or false, with reasons."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from conformance.finding import Diagnosis
from conformance.record import Record, Run
from conformance.report.explanation import explanation
from conformance.summary import Summary, summaries


@dataclass(frozen=True, repr=False)
class Result:
    """The answer to "is this torch.nn.RNN?"; true when it is right in all it offers.

    In a notebook it shows itself as HTML.
    """

    recorded: Run
    index: int = 0  # which of the run's implementations

    def __bool__(self) -> bool:
        return self.conforms_where_supported

    @cached_property
    def summary(self) -> Summary:
        """Counts and verdict."""
        return summaries(self.recorded)[self.index]

    @property
    def implementation(self) -> str:
        """Its name."""
        return self.summary.name

    @property
    def conforms(self) -> bool:
        """Every values and gradients case passes."""
        return self.summary.conforms

    @property
    def conforms_where_supported(self) -> bool:
        """Every values and gradients case passes or is unsupported, and at least one values case passes."""
        return self.summary.conforms_where_supported

    @property
    def validates(self) -> bool:
        """Every validation case passes."""
        return self.summary.validates

    @property
    def expected(self) -> int:
        """How many cases were to be run."""
        return self.summary.expected

    @property
    def run(self) -> int:
        """How many were."""
        return self.summary.run

    @property
    def counts(self) -> dict[str, int]:
        """How many cases have each status, zeros too."""
        return self.summary.counts

    @property
    def records(self) -> tuple[Record, ...]:
        """Every case's result."""
        return self.summary.records

    @property
    def first(self) -> Record | None:
        """The simplest case that is wrong, or None."""
        return self.summary.first

    @property
    def diagnosis(self) -> Diagnosis | None:
        """What explains the failures; None where nothing failed or nothing was looked for."""
        return self.summary.diagnosis

    @property
    def why(self) -> str:
        """The verdict line, then what is wrong, where that is known, and the simplest failure's sentence."""
        first = self.first
        if first is None or first.asks == "validation" or not self.summary.connected:
            return self.summary.verdict
        told = explanation(self.summary)
        mistakes = [mistake.what for mistake in told.mistakes] if told else []
        return " ".join([self.summary.verdict, *mistakes, f"Simplest: {first.case}: {first.why}"])

    def to_dict(self) -> dict[str, Any]:
        """What `check --json` prints; reports/README.md says what each name means."""
        first = self.first
        if first is not None and not self.summary.connected:
            first = dataclasses.replace(first, why=self.summary.verdict)
        return {
            "implementation": self.implementation,
            "conforms": self.conforms,
            "conforms_where_supported": self.conforms_where_supported,
            "validates": self.validates,
            "expected": self.expected,
            "run": self.run,
            "counts": self.counts,
            "scope": dict(self.recorded.header.scope),
            "first": None if first is None else {"case": first.case, "status": first.status.value, "why": first.why},
            "diagnosis": [dataclasses.asdict(finding) for finding in self.diagnosis.findings] if self.diagnosis else [],
            "explained": _explained(self.diagnosis) if self.diagnosis else None,
        }

    def __repr__(self) -> str:
        return f"<{self}>"

    def __str__(self) -> str:
        return f"{self.implementation}: {self.why}"

    def _repr_html_(self) -> str:
        """A verdict, the counts and the simplest failure; nothing of the implementation's text is taken as markup."""
        # Jinja2 is needed only where a notebook asks.
        from conformance.report.snippet import snippet  # noqa: PLC0415

        return snippet(self.summary)


def _explained(diagnosis: Diagnosis) -> dict[str, Any]:
    """How far a diagnosis goes, and what it has to say beside its findings."""
    return {
        "failing": diagnosis.failing,
        "reproduced": diagnosis.reproduced,
        "equivalents": list(diagnosis.equivalents),
        "remarks": list(diagnosis.remarks),
        "gave_up": diagnosis.gave_up,
    }
