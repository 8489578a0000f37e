"""What a case expects: torch's answer, the truth behind it, and how far each tensor may be from the truth."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np

from conformance.arguments import Arguments, Array
from conformance.case import Case
from conformance.implementation import Implementation
from conformance.observation import Answered, Call, Raised, observe
from conformance.question import Question, SuiteError, build_reference, in_order
from conformance.quiet import quiet
from conformance.reference import RNN
from conformance.scale import scales
from conformance.shapes import multiply_adds, parameter_shapes
from conformance.tolerance import LONGDOUBLE_LIMIT, RULES, STAND_IN_FACTOR

#: Whether NumPy's longdouble is wider than double here; on some platforms it is not.
LONGDOUBLE_IS_WIDER = np.finfo(np.longdouble).eps < np.finfo(np.float64).eps


@dataclass(frozen=True)
class Wanted:
    """One tensor: torch's answer in the case's dtype, the truth in a wider one, and the greatest error allowed."""

    torch: Array
    truth: Array
    tolerance: float


@dataclass(frozen=True)
class ExpectedCall:
    """One call: its case (the second of several has another batch size), its arguments, and every tensor by name.

    The order is the order of judging: output, h_n, then gradients as backward computes them: parameters of the last
    layer first, then h_0 and input.
    """

    case: Case
    arguments: Arguments
    tensors: dict[str, Wanted]


@dataclass(frozen=True)
class Returns:
    """torch returns: one call, or A, B of another batch size, A, A, and C, other numbers of A's shapes.

    What is kept from call to call shows in one of them: always, while the batch size stays, or for a shape once seen.
    """

    calls: tuple[ExpectedCall, ...]

    def story(self, number: int) -> str:
        """What came before a later call, for a sentence."""
        sizes = [
            f"{call.case.batch_size} in a batch" if call.case.batched else f"{call.case.seq_len} time steps"
            for call in self.calls[: number + 1]
        ]
        last = ", with other numbers" if number == len(self.calls) - 1 else ""
        return ", then ".join(sizes) + last

    @property
    def arguments(self) -> tuple[tuple[Case, Arguments], ...]:
        """What an implementation is to be observed on."""
        return tuple((call.case, call.arguments) for call in self.calls)


@dataclass(frozen=True)
class Raises:
    """torch raises."""

    arguments: tuple[tuple[Case, Arguments], ...]
    error: Raised


Expected = Returns | Raises


def expect(question: Question, oracle: Implementation) -> Expected:
    """What torch does with a question, checked against the reference.

    Raises SuiteError where torch does not do what the case's folder says, or where the reference and torch differ.
    """
    with quiet():
        return _expect(question, oracle)


def _expect(question: Question, oracle: Implementation) -> Expected:
    case, calls = question.case, question.distinct
    if case.asks == "validation":
        return _expect_error(question, oracle)
    answers = _torch(case, calls, oracle)
    runs = [_run_reference(c, arguments, np.float64) for c, arguments in calls]
    if case.dtype == "float32":
        wide_case = dataclasses.replace(case, dtype="float64")
        wide_calls = tuple((dataclasses.replace(c, dtype="float64"), a.astype(np.float64)) for c, a in calls)
        truths = _torch(wide_case, wide_calls, oracle)
    else:
        truths = answers
    expected = tuple(
        ExpectedCall(c, arguments, _wanted(c, arguments, run, answer, truth))
        for (c, arguments), run, answer, truth in zip(calls, runs, answers, truths, strict=True)
    )
    return Returns(in_order(expected))


def tensor_names(case: Case) -> tuple[str, ...]:
    """The tensors that a case asks for, in the order of judging."""
    if case.asks != "gradients":
        return ("output", "h_n")
    parameters = reversed(parameter_shapes(case))
    return ("output", "h_n", *parameters, *(("h_0",) if case.h_0 == "given" else ()), "input")


def _expect_error(question: Question, oracle: Implementation) -> Raises:
    """torch must raise."""
    observed = observe(oracle, question.case, question.calls)
    if not isinstance(observed, Raised):
        raise SuiteError(f"torch accepts what {question.case.id} says it refuses")
    return Raises(question.calls, observed)


def _torch(case: Case, calls: tuple[tuple[Case, Arguments], ...], oracle: Implementation) -> list[dict[str, Array]]:
    """torch's answer to each call, by tensor."""
    observed = observe(oracle, case, calls)
    if isinstance(observed, Raised):
        raise SuiteError(f"torch refuses what {case.id} says it accepts: {observed.kind}: {observed.message}")
    if not isinstance(observed, Answered) or observed.changed or observed.altered:
        raise SuiteError(f"the oracle did not answer {case.id} as an implementation should: {observed}")
    return [_tensors(c, call) for (c, _), call in zip(calls, observed.calls, strict=True)]


def _tensors(case: Case, call: Call) -> dict[str, Array]:
    """The oracle's arrays by name."""
    found: dict[str, object] = {}
    if isinstance(call.outputs, tuple) and len(call.outputs) == 2:  # noqa: PLR2004 -- output and h_n
        found = dict(zip(("output", "h_n"), call.outputs, strict=True))
    if isinstance(call.gradients, dict):
        found |= call.gradients
    arrays = {name: found[name] for name in tensor_names(case) if isinstance(found.get(name), np.ndarray)}
    if len(arrays) != len(tensor_names(case)):
        raise SuiteError(f"the oracle left out {sorted(set(tensor_names(case)) - set(arrays))} of {case.id}")
    return arrays  # type: ignore[return-value]  # every value was just seen to be an array


def _run_reference(case: Case, arguments: Arguments, dtype: type) -> tuple[dict[str, Array], RNN]:
    """The reference's tensors in a dtype, and the network with its trace; any exception is the suite's fault."""
    given = arguments.astype(dtype)
    try:
        with quiet():
            network = build_reference(case)
            network.load_state_dict(given.parameters)
            output, h_n = network.forward(given.input, given.h_0)
            found = {"output": output, "h_n": h_n}
            if case.asks == "gradients":
                found |= network.backward(given.grad_output, given.grad_h_n)
        return {name: found[name] for name in tensor_names(case)}, network
    except Exception as error:
        raise SuiteError(f"the reference fails on {case.id}: {type(error).__name__}: {error}") from error


def _wanted(
    case: Case,
    arguments: Arguments,
    reference: tuple[dict[str, Array], RNN],
    answer: dict[str, Array],
    torch_float64: dict[str, Array],
) -> dict[str, Wanted]:
    """Truth and tolerance for every tensor, after the reference (given in float64) has been held to torch."""
    rule = RULES[case.dtype]
    wide, network = reference
    size = _sizes(case, network, torch_float64)
    own = wide if case.dtype == "float64" else _run_reference(case, arguments, np.float32)[0]
    if case.dtype == "float64" and LONGDOUBLE_IS_WIDER and multiply_adds(case) <= LONGDOUBLE_LIMIT:
        truth, _ = _run_reference(case, arguments, np.longdouble)
        torchs, ours = _errors(answer, truth), _errors(own, truth)
        allowed = {name: rule.rounding_allowed(size[name]) for name in answer}
        _hold(case, torchs, allowed, "torch")
        _hold(case, ours, allowed, "the reference in float64")
    elif case.dtype == "float64":
        truth = torch_float64
        allowed = {name: STAND_IN_FACTOR * rule.rounding_allowed(size[name]) for name in answer}
        _hold(case, _errors(own, truth), allowed, "the reference in float64")
        return {name: Wanted(answer[name], truth[name], allowed[name]) for name in answer}
    else:
        truth = torch_float64
        torchs, ours = _errors(answer, truth), _errors(own, truth)
        allowed = {name: rule.allowed(torchs[name], size[name]) for name in answer}
        _hold(case, ours, allowed, "the reference in float32")
    return {
        name: Wanted(answer[name], truth[name], rule.allowed(max(torchs[name], ours[name]), size[name]))
        for name in answer
    }


def _sizes(case: Case, network: RNN, torch_float64: dict[str, Array]) -> dict[str, float]:
    """S of every tensor; 0 where it holds nothing but zeros.

    Below the smallest normal number a product is off by up to u times that, however small it is itself.
    """
    least = float(np.finfo(case.dtype).smallest_normal) * math.sqrt(multiply_adds(case))
    return {name: max(size, least) if size else 0.0 for name, size in scales(network, torch_float64).items()}


def _hold(case: Case, errors: dict[str, float], allowed: dict[str, float], who: str) -> None:
    """Refuse a truth or yardstick that is itself off: a fault in it must never widen the tolerance that hides it."""
    for name, limit in allowed.items():
        error = errors[name]
        if not (error <= limit):  # of NaN, too
            raise SuiteError(
                f"{name} of {case.id}: {who} is {error:.3g} from the truth, but should be within {limit:.3g}; "
                "torch and the reference do not agree"
            )


def _errors(found: dict[str, Array], truth: dict[str, Array]) -> dict[str, float]:
    """The error of every tensor."""
    return {name: _error(found[name], truth[name]) for name in truth}


def _error(found: Array, truth: Array) -> float:
    """The greatest difference among the numbers that are finite in both; NaN where the rest does not match."""
    if found.shape != truth.shape:
        return float("nan")
    greatest = float(np.max(np.abs(found.astype(truth.dtype) - truth), initial=0.0))
    if math.isfinite(greatest):  # then everything is, and most tensors are
        return greatest
    finite = np.isfinite(found) & np.isfinite(truth)
    if not np.array_equal(found[~finite], truth[~finite], equal_nan=True):
        return float("nan")
    difference = np.abs(found[finite].astype(truth.dtype) - truth[finite])
    return float(np.max(difference, initial=0.0))
