"""The one loop: cases and implementations in, records out."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import lru_cache, partial

from conformance.case import Case
from conformance.connection import Connection
from conformance.expected import Expected, expect
from conformance.implementation import Implementation
from conformance.observation import Declined, NotObservedError, Observation, SelfObserving, begin, observe, raised
from conformance.question import Question, SuiteError, ask
from conformance.record import Record
from conformance.registration import Known
from conformance.smoke import connect
from conformance.status import Status
from conformance.training import Learned, Learns, assign, expect_learning, learn
from conformance.verdict import Verdict, judge, judge_learning

#: Questions and expected answers kept; a whole suite fits, so that several implementations share them.
_KEPT = 4096
#: Cases between two of training: few enough for torch to have learned all before the others are done.
_DISTANCE = 64
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


@dataclass(frozen=True)
class _Begun:
    """A case that an implementation is busy with; `finish` gives what it did, or a verdict where it was not asked."""

    case: Case
    subject: Subject
    finish: Callable[[], Observation | Learned | Verdict]


@dataclass
class Runner:
    """Runs single cases: the question is drawn, the implementation answers, and only then torch is asked.

    `follow_dtype` judges in float32 throughout what declines float64.

    `keep_failures` keeps what an implementation did in the cases that it failed, until it is forgotten.

    `learns` begins a case of training where torch does not learn it in this process.
    """

    oracle: Implementation
    seed: int = 0
    follow_dtype: bool = True
    keep_failures: bool = False
    learns: Callable[[Case], Future[Learns]] | None = None
    # By identity, since two may have one name; the implementation is kept, so that its id stays its own.
    _connections: dict[int, tuple[Implementation, Connection]] = field(default_factory=dict)
    _observations: dict[tuple[int, Case], Observation] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Keep what is asked, and what torch answers, for as long as this runner lives."""
        self._ask = lru_cache(maxsize=_KEPT)(self._ask_once)
        self._expect = lru_cache(maxsize=_KEPT)(self._expect_once)
        self._expect_learning = lru_cache(maxsize=_KEPT)(self.learns or self._learns_here)

    def connect(self, subject: Subject) -> Connection:
        """The smoke step, once an implementation."""
        key = id(subject.implementation)
        if key not in self._connections:
            self._connections[key] = (
                subject.implementation,
                connect(subject.implementation, follow_dtype=self.follow_dtype),
            )
        return self._connections[key][1]

    def run(self, cases: Iterable[Case], subjects: Iterable[Subject]) -> Iterator[Record]:
        """Every case with every implementation, case by case.

        An implementation in a process of its own answers a question while the answer before it is judged. Where torch
        learns in another process, cases of training are asked between the others, and their records come last.
        """
        learned = []
        for begun, seen in self._answers(_spread(cases) if self.learns else cases, subjects):
            if self.learns and isinstance(seen, Learned):
                self._expect_learning(_as_far(begun.case, seen))
                learned.append((begun, seen))
            else:
                yield self._record(begun, seen)
        for begun, seen in learned:
            yield self._record(begun, seen)

    def _answers(
        self, cases: Iterable[Case], subjects: Iterable[Subject]
    ) -> Iterator[tuple[_Begun, Observation | Learned | Verdict]]:
        """What each implementation did; it is asked the next case before this one is handed on."""
        begun: _Begun | None = None
        for case, subject in itertools.product(cases, tuple(subjects)):
            if begun is None:
                begun = self._begin(case, subject)
                continue
            before, seen = begun, begun.finish()
            begun = self._begin(case, subject)
            yield before, seen
        if begun is not None:
            yield begun, begun.finish()

    def record(self, case: Case, subject: Subject) -> Record:
        """Judge one case with one implementation; a fault of the suite or the harness is a suite error."""
        begun = self._begin(case, subject)
        return self._record(begun, begun.finish())

    def expected(self, case: Case) -> Expected | Verdict:
        """What torch does, or the suite error that keeps it from being known."""
        return self._expect(case)

    def failure(self, case: Case, implementation: Implementation) -> Observation:
        """What an implementation did in a case that it failed; it is asked again where that was not kept.

        Raises SuiteError where there is nothing to ask.
        """
        kept = self._observations.get((id(implementation), case))
        if kept is not None:
            return kept
        question = self._ask(case)
        if isinstance(question, Verdict):
            raise SuiteError(question.why)
        return observe(implementation, case, question.calls)

    def right_alone(self, case: Case, implementation: Implementation) -> bool:
        """Whether a case that was wrong after others is right where nothing was asked before it."""
        question, expected = self._ask(case), self._expect(case)
        if not isinstance(implementation, SelfObserving) or isinstance(question, Verdict):
            return False
        observed = implementation.afresh(case, question.calls)
        if observed is None or isinstance(expected, Verdict):
            return False
        return judge(expected, observed).status is Status.PASS

    def forget(self, implementation: Implementation) -> None:
        """Let go of what an implementation did in the cases that it failed."""
        self._observations = {k: seen for k, seen in self._observations.items() if k[0] != id(implementation)}

    def _begin(self, case: Case, subject: Subject) -> _Begun:
        """Ask an implementation; nothing of the answer that is expected is known yet."""
        connection = self.connect(subject)
        if self.follow_dtype and connection.dtype == "float32":
            case = case.in_dtype("float32")
        if not connection.connected:
            why = f"{subject.name} is not connected, so nothing was run"
            return _Begun(case, subject, lambda: Verdict(Status.ERROR, why))
        if case.asks == "training":
            return _Begun(case, subject, partial(self._learn, case, subject.implementation))
        question = self._ask(case)
        if isinstance(question, Verdict):
            return _Begun(case, subject, lambda: question)
        return _Begun(case, subject, begin(subject.implementation, case, question.calls))

    def _record(self, begun: _Begun, seen: Observation | Learned | Verdict) -> Record:
        """What became of a case."""
        case, subject = begun.case, begun.subject
        if isinstance(seen, Verdict):
            verdict = seen
        elif isinstance(seen, Learned):
            verdict = self._verdict_on_learning(case, seen)
        else:
            verdict = self._verdict(case, subject.implementation, seen)
        return _record(case, subject, _known(case, subject, verdict))

    def _verdict(self, case: Case, implementation: Implementation, observed: Observation) -> Verdict:
        expected = self._expect(case)
        if isinstance(expected, Verdict):
            return expected
        try:
            verdict = judge(expected, observed)
        except Exception as error:  # noqa: BLE001 -- a harness error is not a verdict on the implementation
            return _suite_error("judging", error)
        if self.keep_failures and verdict.status in _FAILURES:
            self._observations[id(implementation), case] = observed
        return verdict

    def _learn(self, case: Case, implementation: Implementation) -> Learned | Verdict:
        try:
            return learn(implementation, assign(case, self.seed))
        except NotObservedError:
            raise
        except SuiteError as error:
            return Verdict(Status.SUITE_ERROR, str(error))
        except Exception as error:  # noqa: BLE001 -- a harness error is not a verdict on the implementation
            return _suite_error("training", error)

    def _verdict_on_learning(self, case: Case, observed: Learned) -> Verdict:
        """What becomes of what an implementation has learned before torch did."""
        try:
            return judge_learning(self._expect_learning(_as_far(case, observed)).result(), observed)
        except SuiteError as error:
            return Verdict(Status.SUITE_ERROR, str(error))
        except Exception as error:  # noqa: BLE001 -- a harness error is not a verdict on the implementation
            return _suite_error("training", error)

    def _learns_here(self, case: Case) -> Future[Learns]:
        """How torch learns a case, at once."""
        future: Future[Learns] = Future()
        try:
            future.set_result(expect_learning(case, self.seed, self.oracle))
        except Exception as error:  # noqa: BLE001 -- raised where it is looked at
            future.set_exception(error)
        return future

    def _ask_once(self, case: Case) -> Question | Verdict:
        """The question, or the suite error that keeps it from being asked."""
        try:
            return ask(case, self.seed)
        except SuiteError as error:
            return Verdict(Status.SUITE_ERROR, str(error))
        except Exception as error:  # noqa: BLE001 -- a harness error is not a verdict on the implementation
            return _suite_error("drawing", error)

    def _expect_once(self, case: Case) -> Expected | Verdict:
        """What torch does, or the suite error that keeps it from being known."""
        question = self._ask(case)
        if isinstance(question, Verdict):
            return question
        try:
            return expect(question, self.oracle)
        except SuiteError as error:
            return Verdict(Status.SUITE_ERROR, str(error))
        except Exception as error:  # noqa: BLE001 -- a harness error is not a verdict on the implementation
            return _suite_error("finding torch's answer", error)


def _spread(cases: Iterable[Case]) -> Iterator[Case]:
    """Cases of training between the others: torch begins early, and who is slow at them loses nothing else by it."""
    training: list[Case] = []
    others: list[Case] = []
    for case in cases:
        (training if case.asks == "training" else others).append(case)
    left = iter(training)
    for number, case in enumerate(others, 1):
        yield case
        if number % _DISTANCE == 0:
            yield from itertools.islice(left, 1)
    yield from left


def _as_far(case: Case, observed: Learned) -> Case:
    """A case of training; where an implementation declined, torch need not learn further than it came."""
    if isinstance(observed.ended, Declined):
        return dataclasses.replace(case, steps=max(len(observed.losses), 1))
    return case


def _suite_error(doing: str, error: Exception) -> Verdict:
    what = raised(error, doing)
    return Verdict(Status.SUITE_ERROR, f"{doing} failed: {what.kind}: {what.message}")


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
        visible=case.visible,
    )
