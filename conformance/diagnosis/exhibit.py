"""An exhibit: one case as evidence, with what torch does and what the implementation did."""

from __future__ import annotations

from dataclasses import dataclass, field

from conformance.case import Case
from conformance.expected import Returns
from conformance.observation import Answered, Call, Raised


@dataclass(frozen=True)
class Exhibit:
    """One case; where the implementation passed, `seen` is torch's own answer.

    `gradients` says whether what backward did is evidence too: not where it was not asked for or not offered.
    """

    case: Case
    expected: Returns
    seen: Answered | Raised
    wrong: bool
    gradients: bool
    # Which hypotheses it bears out, by faults and by whether forward alone was asked: asked again and again.
    answers: dict[tuple[object, bool], bool] = field(default_factory=dict, compare=False, repr=False)

    @property
    def odd(self) -> bool:
        """Whether a case has no sequence in its batch, or numbers that are not finite."""
        return self.case.batch_size == 0 or {self.case.input_special, self.case.h_0_special} != {"none"}

    @property
    def rank(self) -> tuple[bool, int, str]:
        """Sorts exhibits: the cheapest first, but last those so small that different mistakes look the same in them."""
        case = self.case
        sizes = (case.seq_len, case.batch_size or _ENOUGH, case.input_size, case.hidden_size)
        cost = self.steps * (64 + (case.batch_size or 1) * (case.input_size + case.hidden_size))
        return (min(sizes) < _ENOUGH, cost, case.id)

    @property
    def steps(self) -> int:
        """The time steps of all scans in all calls."""
        return self.case.seq_len * self.case.num_layers * self.case.directions * len(self.expected.calls)


#: A size from which on time steps, sequences, features and units are several.
_ENOUGH = 3


def torch_answers(expected: Returns, *, gradients: bool) -> Answered:
    """What torch itself returns, as an observation."""
    calls = []
    for call in expected.calls:
        outputs = (call.tensors["output"].torch, call.tensors["h_n"].torch)
        rest = {name: want.torch for name, want in call.tensors.items() if name not in ("output", "h_n")}
        calls.append(Call(outputs, dict(rest) if gradients else None))
    return Answered(tuple(calls), changed=(), altered=())
