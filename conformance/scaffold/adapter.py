"""The text of an adapter, and what in it is left to be filled in."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from conformance.scaffold import backward_text
from conformance.scaffold.backward import Gradients
from conformance.scaffold.call_search import CAUSAL
from conformance.scaffold.declining import declined
from conformance.scaffold.forward_text import Calls
from conformance.scaffold.insight import Insight
from conformance.scaffold.phrase import comment, commented, quoted, raising
from conformance.scaffold.template import render
from conformance.scaffold.trial import told


@dataclass(frozen=True)
class Adapter:
    """A text, and a sentence for each thing that it leaves open."""

    text: str
    left: tuple[str, ...]


def write(insight: Insight, gradients: Gradients | None, path: Path, *, autograd: bool) -> Adapter:
    """The adapter that is to stand at `path`; `autograd` says whether torch is to differentiate it."""
    draft = _Draft(insight, gradients, autograd=autograd)
    backward = draft.backward()
    text = render(
        "adapter.py.jinja",
        name=insight.name,
        file=insight.subject.path.name,
        where=quoted(_path_from(path, insight.subject.path)),
        library=insight.library,
        alone=insight.alone,
        init=draft.init(),
        load=draft.load(),
        forward=draft.forward(),
        is_called=insight.finding is not None,
        backward=backward,
        autograd=autograd and bool(backward),
        keeps_call=gradients is not None and draft.keeps_call,
        keeps_result=gradients is not None and gradients.way.needs_result,
        needs_h_0_given=insight.given is not None and bool(backward),
    )
    return Adapter(text, tuple(draft.left))


def _path_from(adapter: Path, theirs: Path) -> str:
    """Their file as seen from the adapter's folder, so that both can be moved together; whole where no path leads."""
    try:
        return Path(os.path.relpath(theirs.resolve(), adapter.resolve().parent)).as_posix()
    except ValueError:  # on another drive
        return theirs.resolve().as_posix()


class _Draft:
    """The bodies of the methods; `left` collects what they leave to be filled in."""

    def __init__(self, insight: Insight, gradients: Gradients | None, *, autograd: bool) -> None:
        self._insight = insight
        self._gradients = gradients
        self._autograd = autograd
        self._optional_bias = insight.offers("bias") and insight.wiring.has_bias
        self.left: list[str] = []

    def init(self) -> list[str]:
        """The constructor: what is declined, what is kept, and theirs."""
        insight = self._insight
        lines: list[str] = []
        for refusal in declined(insight):
            why = self._fill_in(refusal.why) if refusal.is_open else refusal.why
            lines += [f"if {refusal.condition}:", *(f"    {line}" for line in raising(why))]
        lines += ["self.hidden_size = hidden_size", "self.num_layers = num_layers", "self.batch_first = batch_first"]
        if self._optional_bias:
            lines.append("self.bias = bias")
        if insight.construction is None and insight.subject.is_class:
            return lines + raising(self._fill_in(insight.failure))
        if insight.construction is None or insight.construction.weights:
            return lines
        built, remark = f"self.theirs = {insight.construction.call}", insight.construction.remark
        return lines + (commented(built, remark) if remark else [built])

    def load(self) -> list[str]:
        """load_state_dict, with a refusal for what has no place yet."""
        insight = self._insight
        lines = insight.wiring.lines(optional_bias=self._optional_bias)
        if insight.wiring.named and self._autograd:
            lines.append("self.names = list(state)")
        if insight.wiring.missing:
            missing = " and ".join(insight.wiring.missing)
            unbuilt = insight.subject.is_class and insight.construction is None
            held = "what it holds shows once it is built" if unbuilt else f"{insight.name} holds {told(insight.arrays)}"
            lines += raising(self._fill_in(f"where {missing} belong; {held}"))
        return lines

    def forward(self) -> list[str]:
        """The call, with how sure it is."""
        insight = self._insight
        if insight.finding is None:
            return raising(self._fill_in(insight.failure))
        lines = Calls(insight.name, insight.given, insight.absent, insight.library).lines()
        if insight.settled or insight.wiring.missing:
            return lines
        sign = "by which steps of output change with a step of input"
        how = sign if insight.finding.evidence == CAUSAL else "by the shape of what came back alone"
        return [*comment(f"No trial run agreed with torch: the layout was told {how}."), *lines]

    @property
    def keeps_call(self) -> bool:
        """Whether backward needs what forward was called with."""
        way = self._gradients and self._gradients.way
        return bool(way and (way.finding.grain == "sequence" or way.takes_x))

    def backward(self) -> list[str]:
        """backward, or nothing where there is none."""
        insight, found = self._insight, self._gradients
        if insight.finding is None or insight.wiring.missing:
            return []
        if self._autograd:
            return backward_text.autograd(
                insight.wiring, optional_bias=self._optional_bias, with_h_0=insight.given is not None
            )
        if found is None:
            return []
        end = ["return found"]
        if found.missing:
            missing = " and ".join(found.missing)
            end = raising(self._fill_in(f"the gradients of {missing}; {found.way.text} leaves {told(found.seen)}"))
        calls = Calls(insight.name, found.way.given, found.way.absent, insight.library)
        body = backward_text.lines(found, calls, end, layered=insight.layered, optional_bias=self._optional_bias)
        doubted = [name for name in found.sources if name not in found.agreeing]
        doubt = f"Told by name and shape; no trial run agreed with torch: {', '.join(doubted)}."
        return [*(comment(doubt) if doubted else []), *body]

    def _fill_in(self, what: str) -> str:
        """A sentence that is kept, once, and raised."""
        sentence = f"fill in: {what}"
        if sentence not in self.left:
            self.left.append(sentence)
        return sentence
