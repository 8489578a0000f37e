"""The text of an adapter, and what in it is left to be filled in."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from conformance.scaffold import backward_text
from conformance.scaffold.backward import Gradients
from conformance.scaffold.forward_text import Calls
from conformance.scaffold.investigation import Insight
from conformance.scaffold.phrase import comment, commented, raising
from conformance.scaffold.template import render


@dataclass(frozen=True)
class Adapter:
    """A text, and a sentence for each thing that it leaves open."""

    text: str
    open: tuple[str, ...]


def write(insight: Insight, gradients: Gradients | str, path: Path, *, autograd: bool) -> Adapter:
    """The adapter that is to stand at `path`; `autograd` says whether torch can differentiate it."""
    draft = _Draft(insight, gradients, autograd=autograd)
    text = render(
        "adapter.py.jinja",
        name=insight.subject.name,
        file=insight.subject.path.name,
        relative=Path(os.path.relpath(insight.subject.path.resolve(), path.resolve().parent)).as_posix(),
        library=insight.library,
        dtype=insight.dtype,
        init=draft.init(),
        load=draft.load(),
        forward=draft.forward(),
        forward_ends=insight.finding is None,
        backward=draft.backward(),
        backward_ends=draft.backward_ends,
        keeps_call=draft.keeps_call,
        keeps_result=draft.keeps_result,
        needs_h_0_given=draft.needs_h_0_given,
    )
    return Adapter(text, tuple(draft.open))


class _Draft:
    """The bodies of the methods; `open` collects what they leave to be filled in."""

    def __init__(self, insight: Insight, gradients: Gradients | str, *, autograd: bool) -> None:
        self._insight = insight
        self._gradients = gradients
        self._autograd = autograd
        self._name = insight.subject.name
        self._construction = insight.construction
        self.open: list[str] = []

    @property
    def _optional_bias(self) -> bool:
        return self._offers("bias") and self._insight.wiring.has_bias

    @property
    def backward_ends(self) -> bool:
        """Whether backward does nothing but say what is to be filled in."""
        return isinstance(self._gradients, Gradients) and bool(self._gradients.missing)

    @property
    def keeps_call(self) -> bool:
        """Whether backward calls forward again."""
        found = self._gradients
        return isinstance(found, Gradients) and (found.way.finding.grain == "sequence" or found.way.takes_x)

    @property
    def keeps_result(self) -> bool:
        """Whether backward is handed what forward returned."""
        return isinstance(self._gradients, Gradients) and self._gradients.way.needs_result

    @property
    def needs_h_0_given(self) -> bool:
        """Whether backward asks if there was a state."""
        return self._insight.given is not None and bool(self.backward())

    def init(self) -> list[str]:
        """The constructor: what is declined, what is kept, and theirs."""
        lines = [line for condition, why in self._declined() for line in _declining(condition, why)]
        lines += ["self.hidden_size = hidden_size", "self.num_layers = num_layers", "self.batch_first = batch_first"]
        if self._optional_bias:
            lines.append("self.bias = bias")
        if not self._insight.subject.is_class:
            return lines
        if self._construction is None:
            return lines + raising(self._fill_in(self._insight.problems[0]))
        if not self._construction.weights:
            built, remark = f"self.theirs = {self._construction.call}", self._construction.remark
            lines += commented(built, remark) if remark else [built]
        return lines

    def _declined(self) -> list[tuple[str, str]]:
        """Conditions on torch's arguments and why they cannot be met."""
        has_bias = self._insight.wiring.has_bias
        several = next((p for p in self._insight.problems if p.startswith("more than one layer")), None)
        found = []
        if not self._insight.layered:
            found.append(("num_layers != 1", self._fill_in(several) if several else f"{self._name} has one layer"))
        else:
            found.append(("dropout and num_layers > 1", "random dropout masks cannot be compared"))
        if not self._offers("nonlinearity"):
            found.append(('nonlinearity != "tanh"', f"{self._name} is not told its nonlinearity"))
        if self._insight.finding is not None and not self._offers("bias"):
            found.append(
                ("not bias", f"{self._name} always adds a bias") if has_bias else ("bias", _no_bias(self._name))
            )
        if not self._offers("bidirectional"):
            found.append(("bidirectional", f"{self._name} is run in one direction"))
        return found

    def _offers(self, option: str) -> bool:
        return self._construction is not None and option in self._construction.offers

    def load(self) -> list[str]:
        """load_state_dict, with a refusal for what has no place yet."""
        wiring = self._insight.wiring
        lines = wiring.lines(optional_bias=self._optional_bias)
        if wiring.named:
            lines.append("self.names = list(state)")
        if not wiring.missing:
            return lines
        held = ", ".join(f"{path} {shape}" for path, shape in self._insight.arrays) or "no arrays"
        why = f"where {' and '.join(wiring.missing)} belong; {self._name} holds {held}"
        return lines + raising(self._fill_in(why))

    def forward(self) -> list[str]:
        """The call, with how sure it is."""
        if self._insight.finding is None:
            why = "; ".join(self._insight.problems) or f"how {self._name} is called"
            return raising(self._fill_in(why))
        calls = self._calls()
        if self._insight.settled or self._insight.wiring.missing:
            return calls.lines()
        how = {2: "by which steps of output a step of input changes", 1: "by its shape alone"}
        doubt = f"No trial agreed with torch: the layout was told {how[self._insight.finding.evidence]}."
        return [*comment(doubt), *calls.lines()]

    def _calls(self) -> Calls:
        return Calls(self._name, self._insight.given, self._insight.absent, self._insight.library)

    def backward(self) -> list[str]:
        """backward, or nothing where there is none."""
        insight, found = self._insight, self._gradients
        if insight.finding is None or insight.wiring.missing:
            return []
        if self._autograd:
            return backward_text.autograd(
                insight.wiring,
                optional_bias=self._optional_bias,
                named=insight.wiring.named,
                with_h_0=insight.given is not None,
            )
        if isinstance(found, str):
            return []
        if found.missing:
            why = f"the gradients of {' and '.join(found.missing)}; {found.way.text} leaves {', '.join(found.seen)}"
            return raising(self._fill_in(why))
        calls = Calls(self._name, found.way.given, found.way.absent, insight.library)
        restored = ["x = self.x"] if self.keeps_call and found.way.finding.grain != "sequence" else []
        restored += ["result = self.result"] if self.keeps_result else []
        doubted = [name for name in found.sources if name not in found.agreeing]
        doubt = comment(f"Told by name and shape, no trial agreed: {', '.join(doubted)}.") if doubted else []
        body = backward_text.lines(found, calls, layered=insight.layered, optional_bias=self._optional_bias)
        return [*restored, *doubt, *body]

    def _fill_in(self, what: str) -> str:
        """A sentence that is kept, once, and raised."""
        sentence = f"fill in: {what}"
        if sentence not in self.open:
            self.open.append(sentence)
        return sentence


def _declining(condition: str, why: str) -> list[str]:
    return [f"if {condition}:", *(f"    {line}" for line in raising(why))]


def _no_bias(name: str) -> str:
    return f"{name} has no bias"
