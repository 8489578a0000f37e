"""How somebody else's network is called, and where its answers are."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from inspect import Parameter
from typing import Literal

from conformance.scaffold import argument_names
from conformance.scaffold.layout import Layout
from conformance.scaffold.subject import Subject

#: What one call of theirs is given: whole sequences of a batch, one sequence, one step of a batch, one of a sequence.
Grain = Literal["sequences", "sequence", "steps", "step"]

#: Our axes of what one call is given, of its state, and of what it returns.
AXES: dict[Grain, tuple[str, str, str]] = {
    "sequences": ("TBI", "LBH", "TBH"),
    "sequence": ("TI", "LH", "TH"),
    "steps": ("BI", "BH", "BH"),
    "step": ("I", "H", "H"),
}


@dataclass(frozen=True)
class Entrance:
    """A method or function that may run the network: its name, and what its arguments are.

    `state` is empty where it takes none; `state_required` where it has no default. `others` are passed as they are;
    `unknown` are required and nobody can say what they should be.
    """

    name: str
    input: str
    state: str = ""
    state_required: bool = False
    state_is_second: bool = False
    others: tuple[tuple[str, str], ...] = ()
    unknown: tuple[str, ...] = ()
    is_step: bool = False  # it makes one step in time, by its name
    by_name: bool = False  # the input is not its first argument

    def call(self, x: str, h: str | None) -> str:
        """Python that calls it, with a state where there is one to pass."""
        passed = [f"{self.input}={x}" if self.by_name else x]
        if h is not None and self.state:
            passed.append(h if self.state_is_second else f"{self.state}={h}")
        passed += [f"{name}={text}" for name, text in self.others]
        return f"{self.name}({', '.join(passed)})"


@dataclass(frozen=True)
class Source:
    """Where an answer is: Python that leads to it, and its layout."""

    text: str
    layout: Layout

    def read(self, library: str) -> str:
        """Python for it in our layout."""
        return self.layout.read(self.text, library)


@dataclass(frozen=True)
class Finding:
    """One way to call them that returned something of the right shape.

    `h`: the layout of the state that was passed, None where none was; `attribute`: where it was put, if not into an
    argument. `evidence`: 3 where output agrees with torch's equations, 2 where what changes in it when a step of input
    changes shows which axis is time, 1 where nothing but its shape speaks for it.
    """

    entrance: Entrance
    grain: Grain
    x: Layout
    h: Layout | None
    output: Source
    h_n: Source | None
    evidence: int
    h_n_agrees: bool = False
    attribute: str = ""

    def setting(self, h: str) -> str:
        """Python that puts the state where they keep it; nothing where it is passed."""
        return f"self.theirs.{self.attribute} = {self.h.write(h)}" if self.attribute and self.h else ""

    def call(self, x: str, h: str) -> str:
        """Python that calls them."""
        passes = self.h is not None and not self.attribute
        return self.entrance.call(self.x.write(x), self.h.write(h) if passes and self.h else None)


def entrances(subject: Subject) -> list[Entrance]:
    """The ways into a class or function, the likeliest first."""
    if not subject.is_class:
        return [
            _entrance(f"theirs.{subject.name}", subject.value, skip=0, is_step=argument_names.is_step(subject.name))
        ]
    found = []
    for name in argument_names.forward_methods(subject.value):
        is_step = argument_names.is_step(name) or argument_names.is_step(subject.name)
        written = "self.theirs" if name == "__call__" else f"self.theirs.{name}"
        found.append(_entrance(written, getattr(subject.value, name), skip=1, is_step=is_step))
    return found


def _entrance(name: str, function: object, *, skip: int, is_step: bool) -> Entrance:
    """Read a signature: the input is the first argument that is called so, or the first of all."""
    several = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
    parameters = list(inspect.signature(function).parameters.values())[skip:]  # type: ignore[arg-type]  # callable
    own = [p for p in parameters if p.kind not in several]
    x = next((p.name for p in own if argument_names.role(p.name) == "input"), own[0].name if own else "")
    rest = [p for p in own if p.name != x]
    state = next((p for p in rest if argument_names.role(p.name) == "state"), None)
    required = [p.name for p in rest if p.default is Parameter.empty and p is not state]
    others = {name: f"self.{name}" for name in required if argument_names.role(name) in ("weight", "weights")}
    unknown = [name for name in required if name not in others]
    if state is None and len(unknown) == 1 and not others:
        state, unknown = next(p for p in rest if p.name == unknown[0]), []
    return Entrance(
        name,
        x,
        state=state.name if state else "",
        state_required=state is not None and state.default is Parameter.empty,
        state_is_second=state is not None and own.index(state) == 1 and own[0].name == x,
        others=tuple(others.items()),
        unknown=tuple(unknown),
        is_step=is_step,
        by_name=bool(own) and own[0].name != x,
    )
