"""What a run is to do: which cases of which suite, in which dtype, from which seed."""

from __future__ import annotations

import datetime as dt
import fnmatch
import importlib.metadata
import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from conformance.case import Case, CaseDtype
from conformance.implementation import Implementation
from conformance.record import Header, Planned, Skipped
from conformance.registration import unmatched
from conformance.runner import Runner
from conformance.source import Source
from conformance.sweep.scope import EVERYTHING, Scope
from conformance.sweep.suite import Suite

Dtype = Literal["auto", "float64", "float32", "both"]

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The cases of a run; `dtype` "auto" takes each case's own and follows an implementation that declines float64."""

    suite: Suite
    scope: Scope = EVERYTHING
    case: str | None = None
    dtype: Dtype = "auto"
    seed: int = 0
    command: str = ""
    folder: str = ""  # of other cases than the project's own
    follow_dtype: bool = True  # a gate does not: what declines float64 has declined it
    threads: int = field(default_factory=lambda: int(os.environ.get("OMP_NUM_THREADS", "0")))

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """What is run, in the suite's order."""
        chosen = [c for c in self.suite.cases if self.scope.matches(c) and self._named(c)]
        if self.dtype == "auto":
            return tuple(chosen)
        dtypes: tuple[CaseDtype, ...] = ("float64", "float32") if self.dtype == "both" else (self.dtype,)
        return tuple(c.in_dtype(dtype) for c in chosen for dtype in dtypes)

    def header(self, sources: Iterable[Source], started: str, skipped: Iterable[Source] = ()) -> Header:
        """The first line of the record file; `skipped` cannot be run here, since something they require is missing."""
        sources = tuple(sources)
        ids = [c.id for c in self.suite.cases]
        return Header(
            suite_version=self.suite.version,
            suite_digest=self.suite.digest,
            seed=self.seed,
            scope=self.scope_words(),
            command=self.command,
            versions=versions(need.module for source in sources for need in source.requires),
            platform=platform.platform(),
            threads=self.threads,
            started=started,
            implementations=tuple(
                Planned(
                    name=source.name,
                    description=source.description,
                    origin=source.origin,
                    expected=len(self.cases),
                    expectation=source.expectation.model_dump() if source.expectation else None,
                    stale=unmatched(source.known, ids),
                )
                for source in sources
            ),
            skipped=tuple(Skipped(name=source.name, why=source.missing) for source in skipped),
        )

    def scope_words(self) -> dict[str, str]:
        """What narrows the run, as it stands in the record and the verdict."""
        return {"where": str(self.scope), "case": self.case or "", "dtype": self.dtype, "cases": self.folder}

    def runner(self, oracle: Implementation) -> Runner:
        """The loop that runs these cases."""
        return Runner(oracle, self.seed, follow_dtype=self.follow_dtype and self.dtype == "auto")

    def _named(self, case: Case) -> bool:
        """Whether a case's id matches the glob; brackets stand for themselves."""
        return self.case is None or fnmatch.fnmatchcase(case.id, self.case.replace("[", "[[]"))


def versions(required: Iterable[str] = ()) -> dict[str, str]:
    """The versions that can change a number or a verdict, those of what implementations require among them."""
    found = {"python": platform.python_version()}
    for name in dict.fromkeys(("rnn-conformance", "torch", "numpy", *required)):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def now() -> str:
    """The time in UTC, to the second."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
