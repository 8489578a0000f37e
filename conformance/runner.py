"""The one loop: cases and implementations in, records out."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from conformance.case import Case
from conformance.connection import Connection
from conformance.expected import Expected, SuiteError, expect
from conformance.implementation import Implementation
from conformance.observation import Declined, Observation, observe, raised
from conformance.record import Record
from conformance.registration import Known
from conformance.smoke import connect
from conformance.status import Status
from conformance.training import assign, expect_learning, learn
from conformance.verdict import Verdict, judge, judge_learning

#: Expected answers kept; a whole suite fits, so that several implementations share them.
_KEPT = 4096
_FAILURES = (Status.FAIL, Status.ERROR, Status.CRASH, Status.TIMEOUT, Status.MEMORY)


@dataclass(frozen=True)
class Subject:
    """One implementation of a run, with its known differences."""

    implementation: Implementation
    known: tuple[Known, ...] = ()

    @property
    def name(self) -> str:
        """The implementation's name."""
        return self.implementation.name


@dataclass
class Runner:
    """Runs single cases; `follow_dtype` judges in float32 throughout what declines float64.

    `keep_failures` keeps what an implementation did in the cases that it failed, until it is forgotten.
    """

    oracle: Implementation
    seed: int = 0
    follow_dtype: bool = True
    keep_failures: bool = False
    # By identity, since two may have one name; the implementation is kept, so that its id stays its own.
    _connections: dict[int, tuple[Implementation, Connection]] = field(default_factory=dict)
    _observations: dict[tuple[int, Case], Observation] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Keep what torch answers for as long as this runner lives."""
        self._expect = lru_cache(maxsize=_KEPT)(self._expect_once)
        self._expect_learning = lru_cache(maxsize=_KEPT)(lambda case: expect_learning(case, self.seed, self.oracle))

    def connect(self, subject: Subject) -> Connection:
        """The smoke step, once an implementation."""
        key = id(subject.implementation)
        if key not in self._connections:
            self._connections[key] = (subject.implementation, connect(subject.implementation))
        return self._connections[key][1]

    def run(self, cases: Iterable[Case], subjects: Iterable[Subject]) -> Iterator[Record]:
        """Every case with every implementation, case by case."""
        subjects = tuple(subjects)
        for case in cases:
            for subject in subjects:
                yield self.record(case, subject)

    def record(self, case: Case, subject: Subject) -> Record:
        """Judge one case with one implementation; a fault of the suite or the harness is a suite error."""
        connection = self.connect(subject)
        if self.follow_dtype and connection.dtype == "float32":
            case = case.in_dtype("float32")
        if not connection.connected:
            return _record(case, subject, Verdict(Status.ERROR, f"{subject.name} is not connected, so nothing was run"))
        return _record(case, subject, _known(case, subject, self._verdict(case, subject.implementation)))

    def expected(self, case: Case) -> Expected | Verdict:
        """What torch does, or the suite error that keeps it from being known."""
        return self._expect(case)

    def failure(self, case: Case, implementation: Implementation) -> Observation:
        """What an implementation did in a case that it failed; it is asked again where that was not kept.

        Raises SuiteError where torch's own answer is not known.
        """
        kept = self._observations.get((id(implementation), case))
        if kept is not None:
            return kept
        expected = self._expect(case)
        if isinstance(expected, Verdict):
            raise SuiteError(expected.why)
        return observe(implementation, case, expected.arguments)

    def forget(self, implementation: Implementation) -> None:
        """Let go of what an implementation did in the cases that it failed."""
        self._observations = {k: seen for k, seen in self._observations.items() if k[0] != id(implementation)}

    def _verdict(self, case: Case, implementation: Implementation) -> Verdict:
        if case.asks == "training":
            return self._verdict_on_learning(case, implementation)
        expected = self._expect(case)
        if isinstance(expected, Verdict):
            return expected
        observed = observe(implementation, case, expected.arguments)
        try:
            verdict = judge(expected, observed)
        except Exception as error:  # noqa: BLE001 -- a harness error is not a verdict on the implementation
            what = raised(error, "judging")
            return Verdict(Status.SUITE_ERROR, f"judging failed: {what.kind}: {what.message}")
        if self.keep_failures and verdict.status in _FAILURES:
            self._observations[id(implementation), case] = observed
        return verdict

    def _verdict_on_learning(self, case: Case, implementation: Implementation) -> Verdict:
        """The implementation learns first: where it declines, torch need not learn further than it came."""
        try:
            observed = learn(implementation, assign(case, self.seed))
            if isinstance(observed.ended, Declined):
                case = dataclasses.replace(case, steps=max(len(observed.losses), 1))
            expected = self._expect_learning(case)
            return expected if isinstance(expected, Verdict) else judge_learning(expected, observed)
        except SuiteError as error:
            return Verdict(Status.SUITE_ERROR, str(error))
        except Exception as error:  # noqa: BLE001 -- a harness error is not a verdict on the implementation
            what = raised(error, "learning")
            return Verdict(Status.SUITE_ERROR, f"training failed: {what.kind}: {what.message}")

    def _expect_once(self, case: Case) -> Expected | Verdict:
        """What torch does, or the suite error that keeps it from being known."""
        try:
            return expect(case, self.seed, self.oracle)
        except SuiteError as error:
            return Verdict(Status.SUITE_ERROR, str(error))
        except Exception as error:  # noqa: BLE001 -- a harness error is not a verdict on the implementation
            what = raised(error, "expecting")
            return Verdict(Status.SUITE_ERROR, f"finding torch's answer failed: {what.kind}: {what.message}")


def _known(case: Case, subject: Subject, verdict: Verdict) -> Verdict:
    """A known difference is named with its reason; one that no longer differs is stale."""
    entry = next((known for known in subject.known if known.matches(case.id)), None)
    if entry is None:
        return verdict
    if verdict.status in _FAILURES:
        return dataclasses.replace(verdict, status=Status.KNOWN, why=f"known: {entry.reason} ({verdict.why})")
    if verdict.status in (Status.PASS, Status.UNSUPPORTED):
        now = "passes" if verdict.status is Status.PASS else "is declined"
        why = f"{now} by now, but is listed as a known difference ({entry.glob}: {entry.reason})"
        return dataclasses.replace(verdict, status=Status.STALE, why=why)
    return verdict


def _record(case: Case, subject: Subject, verdict: Verdict) -> Record:
    """One line of the record file."""
    return Record(
        implementation=subject.name,
        case=case.id,
        asks=case.asks,
        dtype=case.dtype,
        status=verdict.status,
        layer=verdict.layer,
        why=verdict.why,
        torch_type=verdict.torch_type,
        settings=case.settings(),
        file=case.file,
        line=case.line,
        complexity=case.complexity,
        distances=verdict.distances,
        place=verdict.place,
        steps=verdict.steps,
        curve=verdict.curve,
    )
