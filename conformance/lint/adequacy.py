"""Whether a case can show a fault: sizes, biases and numbers in which none can hide."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from conformance.case import Case
from conformance.kink import near
from conformance.shapes import multiply_adds
from conformance.sweep.case_file import CaseFile
from conformance.sweep.waiver import Check

Array = np.ndarray[Any, np.dtype[Any]]

#: A tanh state beyond this has a derivative below 2 %.
SATURATED = 0.99
#: A share of fewer states than this is chance.
COUNTABLE = 20
#: At most this many multiply-adds a case, and relu pre-activations: more of these, and no draw stays clear of zero.
MULTIPLY_ADDS = 5_000_000
PRE_ACTIVATIONS = 100_000


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What the reference saw in one case: parameters by name, and every scan's arrays put end to end.

    `reach` is how far rounding moves each pre-activation; `moved` how far output and h_n move when a parameter does,
    and `resolution` how far they move by rounding alone.
    """

    parameters: Mapping[str, Array]
    states: Array
    pre_activations: Array
    reach: Array
    moved: Mapping[str, float]
    resolution: float


@dataclass(frozen=True)
class Finding:
    """One check that one case does not meet."""

    check: Check
    case: Case = field(repr=False)
    sentence: str


def examine(case: Case, evidence: Evidence | None = None) -> list[Finding]:
    """Everything that a values or gradients case does not meet; without evidence, what its settings show."""
    if case.asks in ("validation", "training"):  # training has checks of its own, in training.py
        return []
    found: list[tuple[Check, Iterable[str]]] = [
        ("distinct_sizes", _equal_sizes(case)),
        ("several_steps", several_steps(case)),
        ("cost", _expensive(case)),
    ]
    if evidence is not None:
        found += [
            ("distinct_biases", _indistinct_biases(evidence)),
            ("saturation", _saturated(case, evidence)),
            ("active_units", _one_sided(case, evidence)),
            ("parameters_matter", _unmoved(evidence)),
            ("relu_margin", _near_kink(case, evidence)),
        ]
    return [Finding(check, case, sentence) for check, sentences in found for sentence in sentences]


def report(file: CaseFile, findings: Iterable[Finding], *, whole: bool = True) -> list[str]:
    """What a file must change: its findings, one sentence a check, but those it waives; and waivers of nothing.

    The latter only where the findings are those of the whole file.
    """
    by_check: dict[Check, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_check[finding.check].append(finding)
    sentences = [_sentence(check, found) for check, found in by_check.items() if check not in file.waive]
    return sentences + [
        file.source.message(("waive", check), f"the waiver of {check} silences nothing: take it out", of_key=True)
        for check in file.waive
        if whole and check not in by_check
    ]


def _sentence(check: Check, found: list[Finding]) -> str:
    """The first finding of a check, and how many more there are."""
    first = found[0]
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    return f"{first.case.file}:{first.case.line}: {check}: {first.sentence} ({first.case.id}{more})"


def _equal_sizes(case: Case) -> Iterable[str]:
    """An axis mix-up must change a shape; so must one of the larger batch that a case with repeated calls is given."""
    batches = [case.batch_size or 0] + ([case.batch_size + 1] if case.batch_size and case.calls == "repeated" else [])
    for batch in batches if batches[0] > 1 else []:
        sizes = {
            "T": case.seq_len,
            "B": batch,
            "I": case.input_size,
            "H": case.hidden_size,
            "L*D": case.num_layers * case.directions,
        }
        if case.bidirectional:
            sizes["D*H"] = 2 * case.hidden_size
        for (a, size), (b, other) in itertools.combinations(sizes.items(), 2):
            if size == other:
                yield f"{a} and {b} are both {size}, but should differ"


def several_steps(case: Case) -> Iterable[str]:
    """A sentence where there is but one time step."""
    if case.seq_len == 1:
        yield "seq_len is 1, but should be more, or a state that is not carried does not show"


def _expensive(case: Case) -> Iterable[str]:
    if multiply_adds(case) > MULTIPLY_ADDS:
        yield f"the case costs {multiply_adds(case):,} multiply-adds, but should cost at most {MULTIPLY_ADDS:,}"
    count = case.seq_len * _sequences(case) * case.hidden_size * case.num_layers * case.directions
    if case.nonlinearity == "relu" and count > PRE_ACTIVATIONS:
        yield f"relu pre-activations are {count:,}, but should be at most {PRE_ACTIVATIONS:,}"


def _indistinct_biases(evidence: Evidence) -> Iterable[str]:
    """One bias in place of both, or one left out, must change the result."""
    for name, bias in evidence.parameters.items():
        if not name.startswith("bias_ih"):
            continue
        other_name = name.replace("bias_ih", "bias_hh")
        other = evidence.parameters[other_name]
        if np.array_equal(bias, other):
            yield f"{name} and {other_name} are equal, but should differ"
        for each, array in ((name, bias), (other_name, other)):
            if not np.any(array):
                yield f"{each} is zero, but should not be"


def _saturated(case: Case, evidence: Evidence) -> Iterable[str]:
    """Where tanh is flat, a wrong pre-activation hardly changes it."""
    share = _share(np.abs(evidence.states) > SATURATED)
    if case.nonlinearity == "tanh" and evidence.states.size >= COUNTABLE and share >= 0.5:  # noqa: PLR2004 -- one half, as waiver.py says
        yield f"{share:.0%} of the states lie beyond {SATURATED}, but less than 50% should"


def _one_sided(case: Case, evidence: Evidence) -> Iterable[str]:
    """Where all relu units are active, or none is, it is a linear function, or nothing."""
    share = _share(evidence.pre_activations > 0)
    if case.nonlinearity == "relu" and evidence.states.size >= COUNTABLE and not 0.1 <= share <= 0.9:  # noqa: PLR2004 -- waiver.py
        yield f"{share:.0%} of the relu units are active, but 10% to 90% should be"


def _unmoved(evidence: Evidence) -> Iterable[str]:
    for name, moved in evidence.moved.items():
        if not moved > evidence.resolution:
            yield f"{name} moves output and h_n by {moved:.2g}, but should by more than {evidence.resolution:.2g}"


def _near_kink(case: Case, evidence: Evidence) -> Iterable[str]:
    """A sum that is zero because all its terms are is zero for everyone; only other zeros are in doubt."""
    close = near(evidence.pre_activations, evidence.reach)
    if case.nonlinearity == "relu" and np.any(close):
        yield f"{np.count_nonzero(close)} relu pre-activations lie within rounding of zero, but none should"


def _sequences(case: Case) -> int:
    return 1 if case.batch_size is None else case.batch_size


def _share(mask: Array) -> float:
    """The share of true elements; 0 where there are no elements."""
    return float(np.mean(mask)) if mask.size else 0.0
