"""The body of an adapter's forward."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from conformance.scaffold.call import Finding
from conformance.scaffold.phrase import commented, raising


@dataclass(frozen=True)
class Calls:
    """How to call theirs with and without h_0, and what the adapter calls its network and its arrays' library."""

    name: str
    given: Finding | None
    absent: Finding | None
    library: str = "np"

    @property
    def finding(self) -> Finding:
        """One of the two."""
        found = self.given or self.absent
        if found is None:
            raise ValueError("there is no call to write down")
        return found

    def lines(self) -> list[str]:
        """From x (T, B, I) and h (L, B, H) or None to output (T, B, H) and h_n (L, B, H)."""
        bodies: dict[str, Callable[[], list[str]]] = {
            "sequences": self._sequences,
            "sequence": self._sequence,
            "steps": self._steps,
            "step": self._step,
        }
        return [*self._state(), *bodies[self.finding.grain]()]

    def call(self, x: str, h: str) -> list[str]:
        """`result` of one call, whether or not there is a state to pass."""
        given = [] if self.given is None else self._with_state(self.given, x, h)
        absent = [] if self.absent is None else [f"result = {self.absent.call(x, h)}"]
        if not given or not absent:
            return given or absent
        return ["if h is None:", *_indented(absent), "else:", *_indented(given)]

    def _with_state(self, finding: Finding, x: str, h: str) -> list[str]:
        setting = finding.setting(h)
        return [*([setting] if setting else []), f"result = {finding.call(x, h)}"]

    def _state(self) -> list[str]:
        """A refusal of h_0 where it cannot be given, zeros where it must be."""
        if self.given is None:
            return ["if h is not None:", *_indented(raising(f"{self.name} takes no initial state"))]
        if self.absent is None:
            zeros = f"{self.library}.zeros((self.num_layers, x.shape[1], self.hidden_size), dtype=x.dtype)"
            return [f"# {self.name} always wants a state; torch's is zero where none is given.", *_none_is(zeros)]
        return []

    def _sequences(self) -> list[str]:
        finding = self.finding
        return [
            *self.call("x", "h"),
            *commented(f"output = {finding.output.read(self.library)}", f"from {finding.output.layout.axes('TBH')}"),
            *self._h_n(finding),
        ]

    def _h_n(self, finding: Finding) -> list[str]:
        if finding.h_n is None:
            return ["h_n = output[-1:]  # the last step's; it is not returned by itself"]
        return [f"h_n = {finding.h_n.read(self.library)}  # from {finding.h_n.layout.axes('LBH')}"]

    def _sequence(self) -> list[str]:
        finding = self.finding
        kept = finding.h_n is not None
        body = [*self.call("x[:, n]", "h[:, n]"), f"outputs.append({finding.output.read(self.library)})"]
        if finding.h_n is not None:
            body.append(f"states.append({finding.h_n.read(self.library)})")
        return [
            "outputs, states = [], []" if kept else "outputs = []",
            "for n in range(x.shape[1]):  # one sequence at a time",
            *_indented(body),
            f"output = {self.library}.stack(outputs, 1)",
            f"h_n = {self.library}.stack(states, 1)" if kept else "h_n = output[-1:]",
        ]

    def _steps(self) -> list[str]:
        finding = self.finding
        setting = finding.setting("state")
        return [
            "state, outputs = h[0], []",
            *([setting] if setting else []),
            "for step in x:  # (B, I)",
            *_indented(self._one_step()),
            f"output = {self.library}.stack(outputs)",
            "h_n = output[-1:]",
        ]

    def _step(self) -> list[str]:
        setting = self.finding.setting("state")
        inner = [
            "state, steps = h[0, n], []",
            *([setting] if setting else []),
            "for step in x[:, n]:  # (I,)",
            *_indented(self._one_step("steps")),
            f"outputs.append({self.library}.stack(steps))",
        ]
        return [
            "outputs = []",
            "for n in range(x.shape[1]):  # one sequence at a time",
            *_indented(inner),
            f"output = {self.library}.stack(outputs, 1)",
            "h_n = output[-1:]",
        ]

    def _one_step(self, kept: str = "outputs") -> list[str]:
        finding = self.finding
        return [
            f"result = {finding.call('step', 'state')}",
            f"state = {finding.output.read(self.library)}",
            # What they overwrite in place must not change what is kept.
            f"{kept}.append(state{'.copy()' if self.library == 'np' else '.clone()'})",
        ]


def _none_is(value: str) -> list[str]:
    return ["if h is None:", f"    h = {value}"]


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]
