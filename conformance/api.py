"""The harness from Python: check one implementation, or parametrise a test over the cases."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from conformance import discovery
from conformance.adapters import adapt
from conformance.execution import Named, execute
from conformance.plan import Dtype, Plan
from conformance.record import Record
from conformance.result import Result
from conformance.source import Source
from conformance.sweep import suite
from conformance.sweep.scope import parse_where


def check(
    implementation: Any,
    where: str | Mapping[str, Any] | None = None,
    *,
    case: str | None = None,
    dtype: Dtype = "auto",
    seed: int = 0,
    cases: str | os.PathLike[str] | None = None,
    progress: Callable[[Record], None] = lambda _: None,
) -> Result:
    """Check one implementation against torch.nn.RNN: a class, a function, or "FILE.py[:NAME]" / "package:NAME".

    `where` narrows the cases ({"num_layers": 1} or "num_layers=1"), `case` is a glob over their ids, `cases` another
    folder of case files. Raises NoImplementationError where there is no RNN, ScopeError or CaseFileError for mistakes,
    ValueError where nothing is selected.
    """
    chosen = suite.load(suite.find_cases(Path(cases) if cases is not None else None))
    plan = Plan(suite=chosen, scope=parse_where(where), case=case, dtype=dtype, seed=seed, command="conformance.check")
    if not plan.cases:
        raise ValueError(f"nothing to run: no case matches where={where!r}, case={case!r}")
    return Result(execute(plan, (named(implementation),), progress=progress))


def named(implementation: Any) -> Named:
    """Find an implementation by name, or wrap an object that is one."""
    if isinstance(implementation, str | os.PathLike):
        source = discovery.parse(os.fspath(implementation))
        return Named(source, discovery.load(source))
    name = str(getattr(implementation, "__name__", type(implementation).__name__))
    adapted = adapt(implementation, name)
    return Named(Source(name, adapted.description, adapted.origin, None, None, None), adapted)
