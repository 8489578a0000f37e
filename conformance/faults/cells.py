"""Mistakes in the cell: its weights, its biases, its nonlinearity, its precision."""

from __future__ import annotations

from typing import Any

import numpy as np

from conformance.faults.fault import Chapter
from conformance.reference import RNN, Array, Scan

CHAPTER = Chapter("forward")
fault = CHAPTER.fault


@fault(
    "weight-ih-transposed",
    "weight_ih is used {how}: the input's product is with its transpose, x @ weight_ih.T.",
    hint="The product with weight_ih, whose shape is (hidden_size, input_size).",
    how=("untransposed", "reshaped to (input_size, hidden_size)"),
)
class WeightIhTransposed(RNN):
    how: str

    def _weight_ih_t(self, scan: Scan) -> Array:
        right = super()._weight_ih_t(scan)
        return right.T if self.how == "untransposed" else right.T.reshape(right.shape)


@fault(
    "weight-hh-transposed",
    "weight_hh is used untransposed: the state's product is with its transpose, h @ weight_hh.T.",
    hint="The product with weight_hh; since it is square, no shape gives the mistake away.",
)
class WeightHhTransposed(RNN):
    def _weight_hh_t(self, scan: Scan) -> Array:
        return super()._weight_hh_t(scan).T


@fault(
    "bias-ih-missing",
    "b_ih is not added.",
    hint="a = x W_ih^T + b_ih + h W_hh^T + b_hh: there are two biases.",
)
class BiasIhMissing(RNN):
    def _bias_ih(self, scan: Scan) -> Array:
        return np.zeros_like(super()._bias_ih(scan))


@fault(
    "bias-hh-missing",
    "b_hh is not added.",
    hint="a = x W_ih^T + b_ih + h W_hh^T + b_hh: there are two biases.",
)
class BiasHhMissing(RNN):
    def _bias_hh(self, scan: Scan) -> Array:
        return np.zeros_like(super()._bias_hh(scan))


@fault(
    "bias-ih-doubled",
    "b_ih is added twice, {instead} b_hh.",
    hint="a = x W_ih^T + b_ih + h W_hh^T + b_hh: each bias once.",
    instead=("in place of", "beside"),
)
class BiasIhDoubled(RNN):
    instead: str

    def _both_biases(self, scan: Scan) -> Array:
        both = super()._both_biases(scan)
        return both + self._bias_ih(scan) - (self._bias_hh(scan) if self.instead == "in place of" else 0)


@fault(
    "bias-missing",
    "No bias is added.",
    hint="a = x W_ih^T + b_ih + h W_hh^T + b_hh.",
)
class BiasMissing(RNN):
    def _both_biases(self, scan: Scan) -> Array:
        return np.zeros_like(super()._both_biases(scan))


@fault(
    "sigmoid-for-tanh",
    "The nonlinearity is the sigmoid, but should be tanh.",
    hint="The default nonlinearity is tanh, -1 to 1.",
)
class SigmoidForTanh(RNN):
    def _activate(self, a: Array) -> None:
        if self.nonlinearity == "tanh":
            a[...] = 1 / (1 + np.exp(-a))
        else:
            super()._activate(a)


TANH = {
    "a / (1 + |a|)": lambda a: a / (1 + np.abs(a)),
    "a cut at -1 and 1": lambda a: np.clip(a, -1, 1),
    "a (27 + a^2) / (27 + 9 a^2)": lambda a: a * (27 + a * a) / (27 + 9 * a * a),
    "a - a^3 / 3": lambda a: a - a**3 / 3,
    "a / sqrt(1 + a^2)": lambda a: a / np.sqrt(1 + a * a),
    "tanh(a / 2)": lambda a: np.tanh(a / 2),
    "1.7159 tanh(2 a / 3)": lambda a: 1.7159 * np.tanh(2 * a / 3),
}


@fault(
    "tanh-approximated",
    "tanh is approximated: {formula}.",
    hint="The function that makes h of a; np.tanh is exact to rounding.",
    formula=tuple(TANH),
)
class TanhApproximated(RNN):
    formula: str

    def _activate(self, a: Array) -> None:
        if self.nonlinearity == "tanh":
            a[...] = TANH[self.formula](a)
        else:
            super()._activate(a)


QUOTIENTS = {
    "(e^2a - 1) / (e^2a + 1)": lambda a: (np.exp(2 * a) - 1) / (np.exp(2 * a) + 1),
    "(e^a - e^-a) / (e^a + e^-a)": lambda a: (np.exp(a) - np.exp(-a)) / (np.exp(a) + np.exp(-a)),
}


@fault(
    "tanh-overflows",
    "tanh is computed as {quotient}, which is NaN for large a: infinity over infinity.",
    hint="The function that makes h of a; np.tanh does not overflow.",
    quotient=tuple(QUOTIENTS),
)
class TanhOverflows(RNN):
    quotient: str

    def _activate(self, a: Array) -> None:
        if self.nonlinearity == "tanh":
            a[...] = QUOTIENTS[self.quotient](a)
        else:
            super()._activate(a)


@fault(
    "relu-hides-nan",
    "relu makes 0 of NaN, but should pass it on.",
    hint="A comparison such as a > 0 is false for NaN; np.maximum(a, 0) passes it on.",
)
class ReluHidesNan(RNN):
    def _activate(self, a: Array) -> None:
        if self.nonlinearity == "relu":
            a[np.isnan(a)] = 0.0
        super()._activate(a)


@fault(
    "relu-leaky",
    "relu leaks: below zero it has a slope of {slope}, but should be flat.",
    hint="relu is max(a, 0); this is a leaky relu.",
    slope=(0.01, 0.1, 0.2, 0.3),
)
class ReluLeaky(RNN):
    slope: float

    def _activate(self, a: Array) -> None:
        if self.nonlinearity == "relu":
            np.multiply(a, np.asarray(self.slope, a.dtype), out=a, where=a < 0)
        else:
            super()._activate(a)


@fault(
    "relu-clipped",
    "relu is cut off at {ceiling}, but has no upper end.",
    hint="relu is max(a, 0); this is a clipped relu.",
    ceiling=(6.0, 1.0, 20.0),
)
class ReluClipped(RNN):
    ceiling: float

    def _activate(self, a: Array) -> None:
        super()._activate(a)
        if self.nonlinearity == "relu":
            np.minimum(a, np.asarray(self.ceiling, a.dtype), out=a)


@fault(
    "nonlinearity-ignored",
    "The argument nonlinearity is never read: it is tanh always.",
    hint="Where h is made of a: does it ask which nonlinearity was chosen?",
)
class NonlinearityIgnored(RNN):
    def _activate(self, a: Array) -> None:
        np.tanh(a, out=a)


@fault(
    "nonlinearity-missing",
    "There is no nonlinearity: h is a itself.",
    hint="h = tanh(a), or relu(a).",
)
class NonlinearityMissing(RNN):
    def _activate(self, a: Array) -> None:
        pass


@fault(
    "default-nonlinearity-relu",
    "The default nonlinearity is relu, but should be tanh.",
    hint="The constructor's default: nonlinearity='tanh'.",
)
class DefaultNonlinearityRelu(RNN):
    def __init__(self, *sizes: Any, **arguments: Any) -> None:
        super().__init__(*sizes, **{"nonlinearity": "relu"} | arguments)


@fault(
    "computes-in-float32",
    "It computes in float32 whatever its parameters are, so that float64 loses half of its digits.",
    hint="An array that is made without a dtype of its own, or a cast to float32.",
)
class ComputesInFloat32(RNN):
    def load_state_dict(self, state: Any) -> None:
        self.outside = next(iter(state.values())).dtype
        super().load_state_dict({name: array.astype(np.float32) for name, array in state.items()})

    def forward(self, input: Array, h_0: Array | None = None) -> tuple[Array, Array]:  # noqa: A002
        given = None if h_0 is None else h_0.astype(np.float32)
        output, h_n = super().forward(input.astype(np.float32), given)
        return output.astype(self.outside), h_n.astype(self.outside)

    def backward(self, grad_output: Array, grad_h_n: Array) -> dict[str, Array]:
        gradients = super().backward(grad_output.astype(np.float32), grad_h_n.astype(np.float32))
        return {name: gradient.astype(self.outside) for name, gradient in gradients.items()}
