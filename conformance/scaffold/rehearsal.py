"""Running an adapter, exactly as it is written, on one small network in several configurations."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.adapters.plain_class import ClassImplementation
from conformance.arguments import Array
from conformance.observation import Answered, Call, Declined, NotAnArray, NotGradients, Raised, Value, observe
from conformance.scaffold.attempt import Failed, attempt
from conformance.scaffold.trial import Trial

#: What is changed for each configuration, by what it is called.
_CONFIGURATIONS: dict[str, dict[str, Any]] = {
    "output and h_n": {"h_0": "absent"},
    "with h_0": {},
    "batch_first": {"batch_first": True},
    "unbatched input": {"batch_size": None},
    "bias": {},
    "nonlinearity relu": {"nonlinearity": "relu"},
    "two layers": {"num_layers": 2},
    "both directions": {"bidirectional": True},
    "float32": {"dtype": "float32"},
}


@dataclass(frozen=True)
class Outcome:
    """What became of one configuration: "agrees", "differs", "declines" or "raises", and why."""

    what: str
    how: str
    why: str = ""


@dataclass(frozen=True)
class Rehearsal:
    """What became of each configuration, and of the gradients; `widens`: the dtype that it gives for float32."""

    outcomes: tuple[Outcome, ...]
    gradients: Outcome
    widens: str = ""


def rehearse(text: str, path: Path, trial: Trial) -> Rehearsal:
    """Run an adapter's text in every configuration, and its backward with h_0 where it takes one."""
    names: dict[str, Any] = {"__file__": str(path.resolve()), "__name__": "adapter"}
    loaded = attempt(lambda: exec(compile(text, str(path), "exec"), names))  # noqa: S102 -- the adapter just written
    if isinstance(loaded, Failed):
        failed = Outcome("the adapter", "raises", loaded.why)
        return Rehearsal((failed,), failed)
    subject = ClassImplementation("the adapter", names["RNN"])
    outcomes = tuple(_outcome(subject, _case(trial, what, changes), what) for what, changes in _CONFIGURATIONS.items())
    accepted = [what for what, outcome in zip(_CONFIGURATIONS, outcomes, strict=True) if outcome.how != "declines"]
    fullest = "with h_0" if "with h_0" in accepted else "output and h_n"
    changes = _CONFIGURATIONS[fullest]
    gradients = _gradients(subject, _case(trial, fullest, changes))
    return Rehearsal(outcomes, gradients, _widens(subject, _case(trial, fullest, changes | {"dtype": "float32"})))


def _widens(subject: ClassImplementation, trial: Trial) -> str:
    """The dtype of the first answer to float32 that is not float32; nothing where all are."""
    call = _observe(subject, trial)
    if isinstance(call, Outcome) or isinstance(call.outputs, NotAnArray):
        return ""
    values: list[Value] = [*call.outputs, *(call.gradients.values() if isinstance(call.gradients, dict) else ())]
    dtypes = (str(value.dtype) for value in values if not isinstance(value, NotAnArray))
    return next((dtype for dtype in dtypes if dtype != "float32"), "")


def _case(trial: Trial, what: str, changes: dict[str, Any]) -> Trial:
    """The trial, changed; "bias" is the other of with and without."""
    changed = {"bias": not trial.case.bias} if what == "bias" else changes
    if what not in ("output and h_n", "with h_0"):
        changed = {"h_0": "absent"} | changed
    return Trial(dataclasses.replace(trial.case, **changed))


def _observe(subject: ClassImplementation, trial: Trial) -> Call | Outcome:
    seen = observe(subject, trial.case, ((trial.case, trial.arguments),))
    if isinstance(seen, Declined):
        return Outcome("", "declines", seen.reason)
    if isinstance(seen, Raised):
        return Outcome("", "raises", f"{seen.kind}{f' at {seen.where}' if seen.where else ''}: {seen.message}")
    return seen.calls[0] if isinstance(seen, Answered) else Outcome("", "raises", "")


def _outcome(subject: ClassImplementation, trial: Trial, what: str) -> Outcome:
    """Output and h_n of one configuration."""
    called = "bias=False" if what == "bias" and not trial.case.bias else what
    call = _observe(subject, trial)
    if isinstance(call, Outcome):
        return dataclasses.replace(call, what=called)
    if isinstance(call.outputs, NotAnArray):
        return Outcome(called, "differs", f"it returned {call.outputs.description}")
    pairs = list(zip(call.outputs, trial.answers, strict=False))
    others = {str(v.dtype) for v in call.outputs if not isinstance(v, NotAnArray)} - {trial.case.dtype}
    why = f"it returned {' and '.join(sorted(others))}" if others else ""
    return Outcome(called, "agrees" if _all_agree(trial, pairs) else "differs", why)


def _gradients(subject: ClassImplementation, trial: Trial) -> Outcome:
    """Every gradient in one configuration."""
    call = _observe(subject, trial)
    if isinstance(call, Outcome):
        return dataclasses.replace(call, what="gradients")
    found = call.gradients
    if isinstance(found, Declined):
        return Outcome("gradients", "declines", found.reason)
    if isinstance(found, Raised):
        return Outcome("gradients", "raises", f"{found.kind}: {found.message}")
    if found is None or isinstance(found, NotGradients):
        return Outcome("gradients", "differs")
    missing = [name for name in trial.gradients if name not in found]
    pairs = [(found[name], wanted) for name, wanted in trial.gradients.items() if name in found]
    agree = not missing and _all_agree(trial, pairs)
    return Outcome("gradients", "agrees" if agree else "differs", f"without {', '.join(missing)}" if missing else "")


def _all_agree(trial: Trial, pairs: list[tuple[Value, Array]]) -> bool:
    return all(
        not isinstance(value, NotAnArray) and value.dtype == wanted.dtype and trial.agrees(value, wanted)
        for value, wanted in pairs
    )
