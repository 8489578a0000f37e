"""Tests of an implementation in somebody else's repository: one decorator, one test for each case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from conformance.api import named
from conformance.case import Case
from conformance.execution import load_oracle
from conformance.plan import Dtype, Plan
from conformance.record import Record
from conformance.runner import Runner, Subject
from conformance.status import Status
from conformance.summary import WRONG
from conformance.sweep import suite
from conformance.sweep.scope import parse_where


def parametrize_with_cases(
    *implementations: Any,
    where: str | Mapping[str, Any] | None = None,
    case: str | None = None,
    dtype: Dtype = "auto",
    seed: int = 0,
    cases: str | Path | None = None,
    strict: bool = False,
) -> pytest.MarkDecorator:
    """Parametrise a test over cases and implementations.

        @parametrize_with_cases(MyRNN, where={"num_layers": 1})
        def test_my_rnn(implementation, check):
            check(implementation)

    Implementations are classes, functions or "FILE.py[:NAME]"; strings are imported when their first test runs. What an
    implementation declines is skipped, what is wrong fails with the verdict's sentence. A wrong call that it accepts is
    an expected failure, since validation is reported beside; with `strict` it fails. Raises ValueError where nothing is
    selected.
    """
    chosen = suite.load(suite.find_cases(Path(cases) if cases is not None else None))
    plan = Plan(suite=chosen, scope=parse_where(where), case=case, dtype=dtype, seed=seed)
    if not plan.cases or not implementations:
        raise ValueError(f"nothing to run: {len(plan.cases)} cases and {len(implementations)} implementations selected")
    bench = _Bench(plan, strict=strict)
    parameters = [
        pytest.param(implementation, bench.check(one), id=f"{_name(implementation)}-{one.id}")
        for one in plan.cases
        for implementation in implementations
    ]
    return pytest.mark.parametrize(("implementation", "check"), parameters)


class _Bench:
    """What the tests of one decorator share; torch is imported when the first of them runs."""

    def __init__(self, plan: Plan, *, strict: bool) -> None:
        self._strict = strict
        self._runner = lru_cache(maxsize=1)(lambda: plan.runner(load_oracle()))
        self._subjects: dict[int, tuple[Any, Subject]] = {}

    def check(self, case: Case) -> Callable[[Any], Record]:
        """The callable that judges one case."""

        def check(implementation: Any) -> Record:
            __tracebackhide__ = True
            runner: Runner = self._runner()
            subject = self._subject(implementation)
            record = runner.record(case, subject)
            if not runner.connect(subject).connected:
                pytest.fail(runner.connect(subject).why, pytrace=False)
            if record.status is Status.UNSUPPORTED:
                pytest.skip(record.why)
            beside = record.asks == "validation" and not self._strict
            if record.status is Status.KNOWN or (beside and record.status in WRONG):
                pytest.xfail(record.why)
            if record.status is not Status.PASS:
                pytest.fail(f"{record.status.value}: {record.why}\n{case.file}:{case.line}: {case.id}", pytrace=False)
            return record

        return check

    def _subject(self, implementation: Any) -> Subject:
        """Adapt an implementation once; it is kept, so that its id stays its own."""
        key = id(implementation)
        if key not in self._subjects:
            found = named(implementation)
            self._subjects[key] = (implementation, Subject(found.implementation, found.source.known))
        return self._subjects[key][1]


def _name(implementation: Any) -> str:
    """A short name for a test id."""
    return implementation if isinstance(implementation, str) else str(getattr(implementation, "__name__", "rnn"))
