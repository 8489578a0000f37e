"""What a run found about each implementation: counts, verdict, the first line that says it, and the exit code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from conformance.connection import Connection
from conformance.finding import Diagnosis
from conformance.record import Planned, Record, Run
from conformance.shortfall import shortfalls
from conformance.status import Layer, Status

#: What is wrong with an implementation, whatever the reason.
WRONG = (Status.FAIL, Status.ERROR, Status.CRASH, Status.TIMEOUT, Status.MEMORY, Status.STALE)

EXIT_SUCCESS, EXIT_WRONG, EXIT_USAGE, EXIT_HARNESS, EXIT_NOTHING = 0, 1, 2, 3, 5


def _gradients(record: Record) -> bool:
    return record.asks in ("gradients", "training")


#: What an implementation may not offer, as the verdict line calls it, and the cases that need it.
FEATURES: tuple[tuple[str, Callable[[Record], bool]], ...] = (
    ("gradients", _gradients),
    ("bidirectional", lambda r: r.settings["bidirectional"] is True),
    ("num_layers > 1", lambda r: r.settings["num_layers"] != 1),
    ("relu", lambda r: r.settings["nonlinearity"] == "relu"),
    ("bias=False", lambda r: r.settings["bias"] is False),
    ("batch_first", lambda r: r.settings["batch_first"] is True),
    ("dropout", lambda r: r.settings["dropout"] != 0),
    ("h_0", lambda r: r.settings["h_0"] == "given"),
    ("unbatched input", lambda r: r.settings["batch_size"] == "unbatched"),
    ("float64", lambda r: r.dtype == "float64"),
    ("float32", lambda r: r.dtype == "float32"),
)


@dataclass(frozen=True)
class Summary:
    """One implementation's results of one run, and what they amount to."""

    planned: Planned
    connection: Connection | None
    records: tuple[Record, ...]
    diagnosis: Diagnosis | None = None  # what explains its failures, where that was looked for

    @property
    def name(self) -> str:
        """The implementation's name."""
        return self.planned.name

    @property
    def expected(self) -> int:
        """How many cases were to be run."""
        return self.planned.expected

    @property
    def run(self) -> int:
        """How many were."""
        return len(self.records)

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many cases have each status, zeros too; what is absent is `not-run`."""
        counted = Counter(r.status for r in self.records)
        counted[Status.NOT_RUN] += self.expected - self.run
        return {status.value: counted[status] for status in Status}

    @cached_property
    def asked(self) -> tuple[Record, ...]:
        """The values, gradients and training cases: they decide."""
        return tuple(r for r in self.records if r.asks != "validation")

    @cached_property
    def refusals(self) -> tuple[Record, ...]:
        """The validation cases: reported beside."""
        return tuple(r for r in self.records if r.asks == "validation")

    @property
    def connected(self) -> bool:
        """Whether it could be handed its parameters and read them."""
        return self.connection is None or self.connection.connected

    @property
    def judged(self) -> bool:
        """Whether every case that was to be run was run, and none met a fault of the suite."""
        return self.run == self.expected > 0 and not self.counts[Status.SUITE_ERROR]

    @property
    def conforms(self) -> bool:
        """Run = expected > 0, and every values and gradients case passes."""
        return self.judged and bool(self.asked) and all(r.status is Status.PASS for r in self.asked)

    @property
    def conforms_where_supported(self) -> bool:
        """At least one values case passes, and every other values and gradients case passes or is unsupported."""
        return self._right_but_for(Status.UNSUPPORTED)

    @property
    def validates(self) -> bool:
        """Every validation case passes; False where there is none."""
        return self.judged and bool(self.refusals) and all(r.status is Status.PASS for r in self.refusals)

    @property
    def success(self) -> bool:
        """What the exit code follows.

        An implementation with a `.expected.yaml` succeeds when that is met. Any other must conform where supported;
        declared known differences do not stand in the way, but one that is stale does.
        """
        if self.planned.expectation is not None:
            return self.judged and not self.expectation_note
        if not self.asked:
            return self.validates  # the scope asks for nothing else
        return self._right_but_for(Status.UNSUPPORTED, Status.KNOWN) and not self.planned.stale

    @property
    def expectation_note(self) -> str:
        """What was expected of an implementation that is kept because it is wrong, and was not found; or nothing."""
        wanted = self.planned.expectation
        if wanted is None:
            return ""
        found = {"connected": self.connected, "conforms_where_supported": self.conforms_where_supported}
        return "; ".join(shortfalls(wanted, found, self.diagnosis or Diagnosis(implementation=self.name)))

    @property
    def first(self) -> Record | None:
        """The simplest case that is wrong, values and gradients before validation; or None."""
        return next(iter(self.wrong), None)

    @cached_property
    def wrong(self) -> tuple[Record, ...]:
        """Every case that is wrong or met a suite error, the simplest first."""
        found = [r for r in self.records if r.status in (*WRONG, Status.SUITE_ERROR)]
        # What was not even asked shows nothing, however simple it is.
        return tuple(
            sorted(found, key=lambda r: (r.asks == "validation", r.layer is Layer.UNASKED, r.complexity, r.case))
        )

    @property
    def verdict(self) -> str:
        """The first line, always: what holds, of how many, and what is not offered."""
        if not self.connected and self.connection is not None:
            return self.connection.why
        if not self.judged:
            return self._unjudged()
        wrong = sum(r.status in WRONG for r in self.asked)
        passed = sum(r.status is Status.PASS for r in self.asked)
        known = sum(r.status is Status.KNOWN for r in self.asked)
        if not self.asked:
            line = f"Judged on validation alone, in {_cases(len(self.refusals))}"
        elif wrong:
            unasked = sum(r.layer is Layer.UNASKED for r in self.asked)
            found = f"Wrong in {wrong - unasked:,}" if wrong > unasked else f"Right in {passed:,}"
            line = f"{found} of {_cases(len(self.asked))}" + (f", and {unasked:,} were not asked" if unasked else "")
        elif known and not passed:
            line = f"Right in none of {_cases(len(self.asked))}"
        elif not passed:
            return f"Offers none of {_cases(len(self.asked))}; most often: {self._commonest_reason()}"
        elif passed == len(self.asked):
            line = f"Right in all {_cases(passed)}"
        else:
            line = f"Right in all {_cases(passed)} it offers (of {len(self.asked):,})"
        return line + (f", with {known:,} known differences" if known else "") + self._declines() + "."

    @property
    def validation_line(self) -> str:
        """How it answers wrong calls; nothing where that was not asked, or where it refuses right ones all the same."""
        if self.asked and not any(r.status is Status.PASS for r in self.asked):
            return ""
        if not self.refusals or not self.judged or not self.connected:
            return ""
        refused = [r for r in self.refusals if r.status is Status.PASS]
        own = sum(r.torch_type is True for r in refused)
        return (
            f"Validation: refuses {len(refused):,} of {len(self.refusals):,} wrong calls that torch refuses, "
            f"{own:,} with torch's own type of error."
        )

    def _right_but_for(self, *statuses: Status) -> bool:
        """Whether at least one values case passes and every other case passes or has one of these statuses.

        Where the scope holds no values case, a gradients case stands for it: its forward is judged first.
        """
        values = [r for r in self.asked if r.asks == "values"] or self.asked
        return (
            self.judged
            and any(r.status is Status.PASS for r in values)
            and all(r.status in (Status.PASS, *statuses) for r in self.asked)
        )

    def _unjudged(self) -> str:
        """Why there is no verdict."""
        faults = self.counts[Status.SUITE_ERROR]
        if faults:
            shown = next((r.why for r in self.records if r.status is Status.SUITE_ERROR and r.visible), "")
            met = f"{faults:,} of {_cases(self.expected)} met a suite error, which is not its fault"
            return f"Not judged: {met}{f' ({shown})' if shown else ''}."
        return f"Not judged: {self.run:,} of {_cases(self.expected)} were run."

    def _declines(self) -> str:
        """What it does not offer: the fewest features that explain what was declined."""
        declined = [r for r in self.asked if r.status is Status.UNSUPPORTED]
        if not declined:
            return ""
        names = self._missing_features(declined)
        return f"; does not offer: {', '.join(names)}" if names else f"; declines {_cases(len(declined))}"

    def _missing_features(self, declined: list[Record]) -> list[str]:
        """Features that no case came through with, less those whose cases others explain already."""
        missing = {name: needs for name, needs in FEATURES if self._never_offers(needs)}
        for name in reversed(list(missing)):
            others = [needs for other, needs in missing.items() if other != name]
            if all(any(needs(r) for needs in others) for r in declined if missing[name](r)):
                del missing[name]
        return list(missing)

    def needing(self, needs: Callable[[Record], bool]) -> tuple[Record, ...]:
        """The cases that decide and need a feature.

        A gradients case whose forward is wrong never came to its gradients, so it says nothing about them.
        """
        found = tuple(r for r in self.asked if needs(r))
        if not all(_gradients(r) for r in found):
            return found
        return tuple(r for r in found if r.status not in (*WRONG, Status.KNOWN) or r.layer is Layer.GRADIENT) or found

    def _never_offers(self, needs: Callable[[Record], bool]) -> bool:
        """Whether there are cases that need a feature and all of them were declined."""
        return {r.status for r in self.needing(needs)} == {Status.UNSUPPORTED}

    def _commonest_reason(self) -> str:
        """Why most cases were declined, in its own words."""
        reasons = Counter(r.why for r in self.asked if r.status is Status.UNSUPPORTED)
        return reasons.most_common(1)[0][0] if reasons else ""


def summaries(run: Run) -> tuple[Summary, ...]:
    """One for each implementation that the run planned, in its order."""
    connections = {c.implementation: c for c in run.connections}
    diagnoses = {d.implementation: d for d in run.diagnoses}
    records = {p.name: tuple(r for r in run.records if r.implementation == p.name) for p in run.header.implementations}
    return tuple(
        Summary(p, connections.get(p.name), records[p.name], diagnoses.get(p.name)) for p in run.header.implementations
    )


def exit_code(found: Iterable[Summary], *, finished: bool, strict: bool = False, complete: bool = False) -> int:
    """0 success, 1 not, 3 harness failed or run unfinished, 5 nothing selected; 3 over 1, the worst of several.

    `strict` asks for every validation case too; `complete` allows nothing to be declined.
    """
    found = tuple(found)
    if not any(s.expected for s in found):
        return EXIT_NOTHING
    if not finished or not all(s.judged for s in found):
        return EXIT_HARNESS
    good = all(s.success for s in found)
    if strict:
        good = good and all(s.validates for s in found if s.refusals)
    if complete:
        good = good and all(s.conforms for s in found if s.asked)
    return EXIT_SUCCESS if good else EXIT_WRONG


def _cases(count: int) -> str:
    return f"{count:,} case" if count == 1 else f"{count:,} cases"
