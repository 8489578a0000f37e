"""Mistakes with what backward returns: the sums behind weights and biases, what is left out or overwritten."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from conformance.faults.fault import Chapter
from conformance.reference import RNN, Array, Scan
from conformance.reference.sums import column_sums

CHAPTER = Chapter("gradients")
fault = CHAPTER.fault

ABSENT = ("left out", "zero")


@fault(
    "grad-weight-hh-uses-current-state",
    "The gradient of weight_hh is built with h_t, but should be with h_{t-1}.",
    hint="weight_hh multiplies the state before: da_t.T @ h_{t-1}.",
)
class GradWeightHhUsesCurrentState(RNN):
    def _states_before(self, scan: Scan) -> Array:
        after: Array = scan.h[1:]
        return after


@fault(
    "grad-weight-hh-ignores-h0",
    "The gradient of weight_hh takes zeros for the initial state, also where h_0 is given.",
    hint="At the first step h_{t-1} is h_0.",
)
class GradWeightHhIgnoresH0(RNN):
    def _states_before(self, scan: Scan) -> Array:
        before = super()._states_before(scan).copy()
        before[0] = 0.0
        return before


@fault(
    "grad-weight-hh-wraps-around",
    "At the first step the gradient of weight_hh takes the last state for the one before.",
    hint="The index t - 1 is -1 at the first step, which in Python is the last.",
)
class GradWeightHhWrapsAround(RNN):
    def _states_before(self, scan: Scan) -> Array:
        before = super()._states_before(scan).copy()
        before[0] = scan.h[-1]
        return before


@fault(
    "grad-weight-hh-transposed",
    "The gradient of weight_hh is returned transposed.",
    hint="da.T @ h, not h.T @ da; since it is square, no shape gives the mistake away.",
)
class GradWeightHhTransposed(RNN):
    def _parameter_gradients(self, scan: Scan) -> dict[str, Array]:
        gradients = super()._parameter_gradients(scan)
        return gradients | {scan.names[1]: gradients[scan.names[1]].T}


@fault(
    "grad-bias-from-upstream",
    "The gradient of the biases is the sum of {summed}, but should be that of da_t.",
    hint="The bias stands inside the nonlinearity: its gradient has the slope in it.",
    summed=("the upstream gradient", "dh_t"),
)
class GradBiasFromUpstream(RNN):
    summed: str

    def _bias_gradient(self, scan: Scan) -> Array:
        g = np.array(scan.dy)
        if self.summed == "dh_t":
            g[:-1] += scan.da[1:] @ self._weight_hh(scan)
            g[-1] += scan.dh_n
        return column_sums(g.reshape(-1, self.hidden_size))


@fault(
    "grad-averaged-over-batch",
    "{averaged} divided by the batch size, but should be summed over the batch.",
    hint="The mean belongs to the loss; backward sums.",
    averaged=(
        "The parameters' gradients are",
        "The gradients of the parameters and of h_0 are",
        "All gradients are",
        "The parameters' gradients are divided by seq_len and",
    ),
)
class GradAveragedOverBatch(RNN):
    averaged: str

    def backward(self, grad_output: Array, grad_h_n: Array) -> dict[str, Array]:
        seq_len, batch_size, _ = self.scans[0][0].da.shape
        by = np.asarray(batch_size * (seq_len if "seq_len" in self.averaged else 1), self.dtype)
        spared = {"input", "h_0"} - ({"h_0"} if "h_0" in self.averaged else set())
        spared = set() if self.averaged.startswith("All") else spared
        gradients = super().backward(grad_output, grad_h_n)
        with np.errstate(all="ignore"):  # without a sequence it is 0 / 0
            return {name: g if name in spared else g / by for name, g in gradients.items()}


@fault(
    "grad-accumulated-between-calls",
    "Gradients are added to those of the backward before, but each call should return its own.",
    hint="Set the gradients to zero at the beginning of backward.",
)
class GradAccumulatedBetweenCalls(RNN):
    accumulated: dict[str, Array] | None = None

    def backward(self, grad_output: Array, grad_h_n: Array) -> dict[str, Array]:
        gradients = super().backward(grad_output, grad_h_n)
        before = self.accumulated or {}
        own = {name: g + before[name] if name in before else g for name, g in gradients.items()}
        self.accumulated = {name: own[name] for name in self.parameters}
        return own


@fault(
    "grad-clipped",
    "The parameters' gradients are clipped: {clipped}.",
    hint="Clipping belongs to the training loop, not to backward.",
    clipped=tuple(f"each number at {c:g}" for c in (1, 0.1, 5, 6, 10, 100))
    + tuple(f"their norm at {c:g}" for c in (0.25, 1, 5, 10)),
)
class GradClipped(RNN):
    clipped: str

    def backward(self, grad_output: Array, grad_h_n: Array) -> dict[str, Array]:
        gradients = super().backward(grad_output, grad_h_n)
        limit = np.asarray(float(self.clipped.split()[-1]), self.dtype)
        own = {name: gradients[name] for name in self.parameters}
        if self.clipped.startswith("each"):
            return gradients | {name: np.clip(g, -limit, limit) for name, g in own.items()}
        norm = np.sqrt(sum(float((g.astype(np.float64) ** 2).sum()) for g in own.values()))
        factor = np.asarray(min(1.0, float(limit) / norm) if norm else 1.0, self.dtype)
        return gradients | {name: g * factor for name, g in own.items()}


@fault(
    "grad-bias-missing",
    "The gradients of the biases are {missing_biases}.",
    hint="db_ih = db_hh = the sum of da_t over time and batch.",
    missing_biases=ABSENT,
)
class GradBiasMissing(RNN):
    missing_biases: str

    def backward(self, grad_output: Array, grad_h_n: Array) -> dict[str, Array]:
        return _without(super().backward(grad_output, grad_h_n), "bias_", self.missing_biases)


@fault(
    "grad-bias-hh-missing",
    "The gradient of b_hh is {missing_hh}.",
    hint="b_hh is a parameter of its own, with the same gradient as b_ih.",
    missing_hh=ABSENT,
)
class GradBiasHhMissing(RNN):
    missing_hh: str

    def backward(self, grad_output: Array, grad_h_n: Array) -> dict[str, Array]:
        return _without(super().backward(grad_output, grad_h_n), "bias_hh", self.missing_hh)


@fault(
    "grad-h0-missing",
    "The gradient of h_0 is {missing_h_0}.",
    hint="What is still carried after the first time step is the gradient of h_0.",
    missing_h_0=ABSENT,
)
class GradH0Missing(RNN):
    missing_h_0: str

    def backward(self, grad_output: Array, grad_h_n: Array) -> dict[str, Array]:
        return _without(super().backward(grad_output, grad_h_n), "h_0$", self.missing_h_0)


@fault(
    "grad-input-missing",
    "The gradient of input is {missing_input}.",
    hint="dx_t = da_t @ weight_ih of the first layer, summed over both directions.",
    missing_input=ABSENT,
)
class GradInputMissing(RNN):
    missing_input: str

    def backward(self, grad_output: Array, grad_h_n: Array) -> dict[str, Array]:
        return _without(super().backward(grad_output, grad_h_n), "input$", self.missing_input)


@fault(
    "grad-batch-first-not-restored",
    "With batch_first the gradient of input stays (seq_len, batch_size, input_size).",
    hint="The gradient of input has input's own shape.",
)
class GradBatchFirstNotRestored(RNN):
    def _layout_gradients(self, dx: Array, dh_0: Array) -> dict[str, Array]:
        gradients = super()._layout_gradients(dx, dh_0)
        return gradients | {"input": dx} if self.batched and self.batch_first else gradients


@fault(
    "weights-updated-in-backward",
    "backward changes the parameters: it takes a step of gradient descent, at a rate of {rate}.",
    hint="The update belongs to the training loop, not to backward.",
    rate=(0.01, 0.001, 0.1, 1.0),
)
class WeightsUpdatedInBackward(RNN):
    rate: float

    def load_state_dict(self, state: Any) -> None:
        super().load_state_dict(state)
        self.parameters = {name: state[name] for name in self.parameters}

    def backward(self, grad_output: Array, grad_h_n: Array) -> dict[str, Array]:
        gradients = super().backward(grad_output, grad_h_n)
        for name, parameter in self.parameters.items():
            np.subtract(parameter, np.asarray(self.rate, parameter.dtype) * gradients[name], out=parameter)
        return gradients


@fault(
    "upstream-modified",
    "backward overwrites the caller's upstream gradient of {overwritten}.",
    hint="An update in place (grad += ...) of the argument itself; work on a copy.",
    overwritten=("output", "h_n", "output and h_n"),
)
class UpstreamModified(RNN):
    overwritten: str

    def backward(self, grad_output: Array, grad_h_n: Array) -> dict[str, Array]:
        gradients = super().backward(grad_output, grad_h_n)
        if "output" in self.overwritten:
            np.negative(grad_output, out=grad_output)
        if "h_n" in self.overwritten:
            np.negative(grad_h_n, out=grad_h_n)
        return gradients


def _without(gradients: dict[str, Array], pattern: str, absent: str) -> dict[str, Array]:
    """Leave gradients out, or make them zero."""
    if absent == "left out":
        return {name: g for name, g in gradients.items() if not re.match(pattern, name)}
    return {name: np.zeros_like(g) if re.match(pattern, name) else g for name, g in gradients.items()}
