"""Judging what was learned: the loss at every step, then the final parameters, then what was held out."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np

from conformance.arguments import Array
from conformance.difference import Curve, Distance
from conformance.expected import Wanted
from conformance.observation import Declined, Lost, Raised
from conformance.status import Layer, Status
from conformance.training import Learned, Learns, Unreadable
from conformance.verdict.comparison import Mismatch, told_apart
from conformance.verdict.distance import absolute_errors, ratio_of, severity
from conformance.verdict.judging import Verdict, error_sentence, lost


def judge_learning(expected: Learns, observed: Learned) -> Verdict:
    """Settle one training case: first the losses there are, then how it ended, then what was left at the end."""
    found, beside = _distances(expected, observed), _curve(expected, observed)
    mismatch = _loss_mismatch(expected, observed)
    if mismatch is None and isinstance(observed.ended, Unreadable):
        mismatch = Mismatch(observed.ended.layer, observed.ended.why)
    if mismatch is None and observed.ended is None:
        mismatch = _parameter_mismatch(expected, observed) or _accuracy_mismatch(expected, observed)
    if mismatch is not None:
        return Verdict(Status.FAIL, mismatch.why, mismatch.layer, distances=found, curve=beside)
    if isinstance(observed.ended, Lost):
        return dataclasses.replace(lost(observed.ended), distances=found, curve=beside)
    if isinstance(observed.ended, Raised):
        wanted = "return gradients" if observed.ended.stage.startswith("backward") else "return output and h_n"
        return Verdict(Status.ERROR, error_sentence(observed.ended, wanted), distances=found, curve=beside)
    if isinstance(observed.ended, Declined):
        return Verdict(Status.UNSUPPORTED, f"declined: {observed.ended.reason}", distances=found)
    return Verdict(Status.PASS, distances=found, curve=beside)


def _loss_mismatch(expected: Learns, observed: Learned) -> Mismatch | None:
    """The first loss that differs: before any update the forward alone has made it."""
    wrong = [step for step, (error, allowed) in enumerate(_loss_errors(expected, observed)) if not (error <= allowed)]
    if not wrong:
        return None
    step = wrong[0]
    error, allowed = list(_loss_errors(expected, observed))[step]
    got, wanted = told_apart(observed.losses[step], expected.truth.losses[step])
    are = "loss is" if len(observed.losses) == 1 else "losses are"
    how_far = f"off by {error:.2g}; {allowed:.2g} is allowed; {len(wrong)} of {len(observed.losses)} {are} wrong"
    learned = step > 0 and expected.task.case.updates == "own"
    why = f"the loss at step {step} is {got}, but should be {wanted} ({how_far}); {_cause(step, learned=learned)}"
    return Mismatch(Layer.GRADIENT if learned else Layer.VALUE, why)


def _cause(step: int, *, learned: bool) -> str:
    """What can have made a loss differ, when those before it are right."""
    if not learned:
        return "nothing was learned by then, so the forward differs"
    before = "the one before it is right" if step == 1 else f"the {step} before it are right"
    return f"{before}, so its gradients differ, or what it keeps from a step"


def _parameter_mismatch(expected: Learns, observed: Learned) -> Mismatch | None:
    """The first final parameter that differs, where they are judged."""
    for name, wanted in expected.parameters.items():
        wrong = ~(absolute_errors(observed.parameters[name], wanted) <= wanted.tolerance)
        if np.any(wrong):
            return Mismatch(Layer.GRADIENT, _parameter_sentence(name, wanted, observed.parameters[name], wrong))
    return None


def _parameter_sentence(name: str, wanted: Wanted, got: Array, wrong: Array) -> str:
    """The first number of a parameter that is not what torch's has become."""
    index = tuple(int(i) for i in np.argwhere(wrong)[0])
    pair = told_apart(float(got[index]), float(wanted.truth[index]))
    error = float(absolute_errors(got, wanted)[index])
    return (
        f"{name} is {pair[0]} at {list(index)} after the last step, but should be {pair[1]} (off by {error:.2g}; "
        f"{wanted.tolerance:.2g} is allowed; {np.count_nonzero(wrong)} of {wrong.size} numbers are wrong)"
    )


def _accuracy_mismatch(expected: Learns, observed: Learned) -> Mismatch | None:
    """The share of what was held out that is told right."""
    got, wanted, allowed = observed.accuracy, expected.truth.accuracy, expected.accuracy_tolerance
    if got is None or wanted is None or abs(got - wanted) <= allowed:
        return None
    how_far = f"off by {abs(got - wanted):.2%}; {allowed:.2%} is allowed"
    why = f"the accuracy on what was held out is {got:.2%}, but should be {wanted:.2%} ({how_far})"
    return Mismatch(Layer.GRADIENT, why)


def _loss_errors(expected: Learns, observed: Learned) -> Iterator[tuple[float, float]]:
    """Error and tolerance at every step that there is."""
    for got, wanted, allowed in zip(observed.losses, expected.truth.losses, expected.tolerances, strict=False):
        yield abs(got - wanted), allowed


def _distances(expected: Learns, observed: Learned) -> dict[str, Distance]:
    """The worst loss and every final parameter that is judged."""
    losses = [_distance(error, allowed) for error, allowed in _loss_errors(expected, observed)]
    found = {"loss": max(losses, key=severity)} if losses else {}
    for name, wanted in expected.parameters.items():
        if name in observed.parameters:
            # np.max, not max: Python's lets NaN slip through.
            error = float(np.max(absolute_errors(observed.parameters[name], wanted), initial=0.0))
            found[name] = _distance(error, wanted.tolerance)
    return found


def _distance(error: float, tolerance: float) -> Distance:
    return Distance(error=error, tolerance=tolerance, ratio=ratio_of(error, tolerance))


def _curve(expected: Learns, observed: Learned) -> Curve | None:
    """Both learned side by side; None where nothing was learned."""
    if not observed.losses:
        return None
    return Curve(
        torch=expected.truth.losses,
        losses=observed.losses,
        tolerances=tuple(float(f"{allowed:.3g}") for allowed in expected.tolerances),
        torch_accuracy=expected.truth.accuracy,
        accuracy=observed.accuracy,
        torch_sample=expected.truth.sample,
        sample=observed.sample,
        published=expected.published,
    )
