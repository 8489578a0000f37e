"""How gradients are had from somebody else's network, and where they are."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from inspect import Parameter
from typing import Any

from conformance.scaffold import argument_names
from conformance.scaffold.call import Finding
from conformance.scaffold.subject import Subject

#: What a backward may be handed of what forward returned.
_CACHES = ("result[-1]", "result", "result[1]", "result[2]")


@dataclass(frozen=True)
class Way:
    """A call of theirs that differentiates: its arguments as Python, with {g} and {g_n} for the upstream gradients.

    `given` and `absent` are the calls that it follows; where they are of one sequence, it is asked for each alone.
    """

    text: str
    given: Finding | None
    absent: Finding | None
    takes_x: bool = False

    @property
    def finding(self) -> Finding:
        """One of the calls."""
        found = self.given or self.absent
        if found is None:
            raise ValueError("a way back follows a call")
        return found

    @property
    def takes_g_n(self) -> bool:
        """Whether it is handed the upstream gradient of h_n beside that of output."""
        return "{g_n}" in self.text

    @property
    def needs_result(self) -> bool:
        """Whether it is handed something that forward returned."""
        return "result" in self.text


@dataclass(frozen=True)
class Gradients:
    """A way back, and Python that reads each gradient in our layout, by name, parameters without their layer.

    `agreeing` are those that agreed in a trial run; `missing` those that were not found, `seen` what was there.
    """

    way: Way
    sources: dict[str, str]
    agreeing: frozenset[str]
    missing: tuple[str, ...]
    seen: tuple[tuple[str, tuple[int, ...]], ...] = ()


def ways(subject: Subject, given: Finding | None, absent: Finding | None) -> Iterator[Way | str]:
    """Every call worth trying, the likeliest first; for a signature that says too little, what it asks for."""
    for name, function, skip in _functions(subject):
        parameters = list(inspect.signature(function).parameters.values())[skip:]
        several = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
        own = [p for p in parameters if p.kind not in several]
        texts = _arguments(own)
        if isinstance(texts, str):
            yield f"{name.removeprefix('self.theirs.')}({', '.join(p.name for p in own)}) asks for {texts}"
            continue
        for chosen in texts:
            yield Way(f"{name}({', '.join(chosen)})", given, absent, takes_x="{x}" in chosen)


def _functions(subject: Subject) -> Iterator[tuple[str, Any, int]]:
    """Their methods, or the functions that belong to a function, with how many arguments come before."""
    if subject.is_class:
        for name in argument_names.backward_methods(subject.value):
            yield f"self.theirs.{name}", getattr(subject.value, name), 1
        return
    partner = subject.name.replace("forward", "backward")
    own = {name: value for name, value in vars(subject.module).items() if inspect.isfunction(value)}
    alike = [
        name
        for name in own
        if argument_names.is_backward(name) and argument_names.is_step(name) == argument_names.is_step(subject.name)
    ]
    for name in sorted(alike, key=lambda name: name != partner):
        if name != subject.name:
            yield f"theirs.{name}", own[name], 0


def _arguments(own: list[Parameter]) -> list[list[str]] | str:
    """Every choice of Python for the arguments; or the names of those that nobody can fill in."""
    roles = {p.name: argument_names.role(p.name) for p in own}
    if not any(role == "upstream" for role in roles.values()) and own and roles[own[0].name] in ("other", "state"):
        roles[own[0].name] = "upstream"
    known = {"input": "{x}", "upstream": "{g}", "upstream_h_n": "{g_n}"}
    choices: list[list[str]] = []
    unknown = []
    for index, parameter in enumerate(own):
        role = roles[parameter.name]
        prefix = f"{parameter.name}=" if parameter.kind is Parameter.KEYWORD_ONLY else ""
        if role == "upstream" and list(roles.values())[:index].count("upstream") == 1:
            role = "upstream_h_n"
        if role in known:
            choices.append([prefix + known[role]])
        elif role == "cache":
            choices.append([prefix + text for text in _CACHES])
        elif role in ("weight", "weights"):
            choices.append([f"{prefix}self.{parameter.name}"])
        elif parameter.default is Parameter.empty:
            unknown.append(parameter.name)
        else:
            break  # an option of theirs: it and what follows stay at their defaults
    if unknown or not any("{g}" in choice for options in choices for choice in options):
        return " and ".join(unknown) or "no upstream gradient of output"
    return [list(chosen) for chosen in itertools.product(*choices)]
