"""Finding out by trying how somebody else's network is called, and where its answers are."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from conformance.arguments import Array
from conformance.array_attributes import describe_arrays
from conformance.array_mapping import is_state
from conformance.scaffold.answer import parts, plain
from conformance.scaffold.attempt import Failed, attempt, evaluate, execute
from conformance.scaffold.bench import Bench
from conformance.scaffold.call import Entrance, Finding, Grain, Source
from conformance.scaffold.layout import (
    SAMPLE_STATES,
    SAMPLE_STEPS,
    SAMPLES,
    SEQUENCES,
    STATES,
    STEPS,
    Layout,
    recognise,
)
from conformance.scaffold.trial import HIDDEN_SIZE

AGREES, CAUSAL, SHAPED = 3, 2, 1

_LAYOUTS: dict[Grain, tuple[tuple[Layout, ...], tuple[Layout, ...]]] = {
    "sequences": (SEQUENCES, STATES),
    "sequence": (SAMPLES, SAMPLE_STATES),
    "steps": (STEPS, STEPS),
    "step": (SAMPLE_STEPS, SAMPLE_STEPS),
}
#: What one call of each kind is given of x and h.
_PARTS: dict[Grain, tuple[str, str]] = {
    "sequences": ("x", "h"),
    "sequence": ("x[:, 0]", "h[:, 0]"),
    "steps": ("x[0]", "h[0]"),
    "step": ("x[0, 0]", "h[0, 0]"),
}


class CallSearch:
    """Tries every layout of one entrance; `failure` is what it says to the likeliest."""

    def __init__(self, bench: Bench, entrance: Entrance) -> None:
        self._bench = bench
        self._entrance = entrance
        self.failure = ""

    def findings(self) -> list[Finding]:
        """Everything that returned something of the right shape, the best first."""
        if self._entrance.unknown:
            self.failure = f"nobody can tell what its {' and '.join(self._entrance.unknown)} should be"
            return []
        whole: tuple[Grain, ...] = ("sequences", "sequence")
        single: tuple[Grain, ...] = () if self._bench.trial.case.num_layers > 1 else ("steps", "step")
        # Steps only where that is their name or nothing else works: a network that forgets its state from one step to
        # the next is right in single steps, and an adapter that took them one by one would remember it in its place.
        order = (*single, *whole) if self._entrance.is_step else (*whole, *single)
        found: list[Finding] = []
        for number, grain in enumerate(order):
            found += self._try_all(grain)
            if any(f.evidence >= CAUSAL for f in found) or (found and number % 2):
                break
        return _ranked(found)

    def at(self, grain: Grain) -> list[Finding]:
        """The same for one kind of call alone."""
        return [] if self._entrance.unknown else _ranked(list(self._try_all(grain)))

    def _try_all(self, grain: Grain) -> Iterator[Finding]:
        inputs, states = _LAYOUTS[grain]
        ways: list[tuple[Layout | None, str]] = []
        if self._entrance.state:
            ways += [(layout, "") for layout in states]
        else:
            ways += [(layout, path) for path in self._state_attributes() for layout in states]
        if not self._entrance.state_required and (grain.startswith("sequence")):
            ways.append((None, ""))
        for x, (h, attribute) in itertools.product(inputs, ways):
            finding = self._try(grain, x, h, attribute)
            if finding is not None:
                yield finding

    def _state_attributes(self) -> list[str]:
        """Attributes of their object that hold a state from one call to the next."""
        names = attempt(self._bench.names)
        if isinstance(names, Failed) or names["self"].theirs is None:
            return []
        theirs = names["self"].theirs
        held = [path for path, shape in describe_arrays(theirs) if is_state(path) and HIDDEN_SIZE in shape]
        empty = [name for name, value in vars(theirs).items() if value is None and is_state(name)]
        return held + empty

    def _try(self, grain: Grain, x: Layout, h: Layout | None, attribute: str) -> Finding | None:
        """One call, and what is in its answer."""
        names = self._run(grain, x, h, attribute)
        if isinstance(names, Failed):
            self.failure = self.failure or names.why
            return None
        wanted, wanted_h_n = self._wanted(grain, given=h is not None)
        outputs = list(self._sources(names, wanted, is_sequence=grain.startswith("sequence")))
        if not outputs:
            self.failure = self.failure or "nothing that it returns has the shape of output"
            return None
        agreeing = [source for source in outputs if self._agrees(source, names, wanted)]
        output, evidence = (agreeing or outputs)[0], AGREES if agreeing else SHAPED
        if not agreeing and grain.startswith("sequence"):
            causal = [source for source in outputs if self._is_causal(grain, x, h, attribute, source, names)]
            output, evidence = (causal[0], CAUSAL) if causal else (output, evidence)
        h_n, h_n_agrees = self._h_n(grain, names, wanted_h_n)
        return Finding(self._entrance, grain, x, h, output, h_n, evidence, h_n_agrees, attribute)

    def _run(self, grain: Grain, x: Layout, h: Layout | None, attribute: str, change: float = 0.0) -> Any:
        """The names after a call, its answer as `result`; `change` is added to the first step of the first sequence."""

        def call() -> dict[str, Any]:
            names = self._bench.names()
            names["x"][0, 0] += change
            ours_x, ours_h = _PARTS[grain]
            setting = Finding(self._entrance, grain, x, h, Source("", x), None, 0, attribute=attribute)
            execute(setting.setting(ours_h), names)
            names["result"] = evaluate(setting.call(ours_x, ours_h), names)
            return names

        return attempt(call)

    def _wanted(self, grain: Grain, *, given: bool) -> tuple[Array, Array | None]:
        """The right output and h_n of such a call."""
        trial = self._bench.trial if given else self._bench.trial.without_h_0()
        output, h_n = trial.answers
        if grain == "sequences":
            return output, h_n
        if grain == "sequence":
            return output[:, 0], h_n[:, 0]
        return (output[0] if grain == "steps" else output[0, 0]), None

    def _sources(self, names: dict[str, Any], wanted: Array, *, is_sequence: bool) -> Iterator[Source]:
        """Everything returned, and then everything kept, that could be of this shape with us."""
        for text, value in parts(names):
            for layout in recognise(value, wanted.shape, is_sequence=is_sequence):
                yield Source(text, layout)

    def _h_n(self, grain: Grain, names: dict[str, Any], wanted: Array | None) -> tuple[Source | None, bool]:
        """The last state, where it agrees, or else the first thing returned that has its shape."""
        if wanted is None or not grain.startswith("sequence"):
            return None, False
        sources = list(self._sources(names, wanted, is_sequence=False))
        agreeing = [source for source in sources if self._agrees(source, names, wanted)]
        returned = [source for source in sources if source.text.startswith("result")]
        return next(iter(agreeing or returned), None), bool(agreeing)

    def _agrees(self, source: Source, names: dict[str, Any], wanted: Array) -> bool:
        return self._bench.trial.agrees(self._value(source, names), wanted)

    def _value(self, source: Source, names: dict[str, Any]) -> Array | None:
        value = attempt(lambda: plain(evaluate(source.read(self._bench.library), names)))
        return None if isinstance(value, Failed) else value

    def _is_causal(
        self, grain: Grain, x: Layout, h: Layout | None, attribute: str, source: Source, names: dict[str, Any]
    ) -> bool:
        """Whether changing the first step of one sequence changes later steps of it, and no other sequence."""
        changed = self._run(grain, x, h, attribute, change=1.0)
        before = self._value(source, names)
        after = None if isinstance(changed, Failed) else self._value(source, changed)
        if before is None or after is None or before.shape != after.shape:
            return False
        differs = before != after
        if grain == "sequence":
            return bool(differs[1:].any())
        return bool(differs[1:, 0].any() and not differs[:, 1:].any())


def _ranked(found: list[Finding]) -> list[Finding]:
    """The best first: of equally good ones that which needs no axes of length 1, which broadcasting brings about."""
    return sorted(
        found,
        key=lambda f: (
            -f.evidence,
            not f.h_n_agrees,
            f.h is None,
            len(f.output.layout.ones) + (len(f.h_n.layout.ones) if f.h_n else 0),
            f.h_n is None,
        ),
    )
