"""Right networks that differ in legitimate rounding alone: how they multiply, add, squash and come back."""

import itertools
import sys
from pathlib import Path

import numpy as np
from products import PRODUCTS, wider

sys.path.append(str(Path(__file__).parents[1] / "subjects"))
import _base


def variants():
    """Every way to multiply with every order of adding, every tanh and every way back: name to class."""
    kinds = (PRODUCTS, STEPS, SQUASHES, WAYS_BACK)
    return {
        "+".join(part.__name__ for part in parts): type("RNN", (*parts, _base.RNN), {})
        for parts in itertools.product(*kinds)
    }


# In which order to add the four terms of a pre-activation.


class BiasesSummed:
    """As the base does: the two products, then the sum of the biases."""


class TorchOrder:
    """torch's order: the projection of the whole sequence at once; each bias goes with its own product."""

    def scan(self, sequence, state, layer, direction):
        weight_ih = self.parameter("weight_ih", layer, direction)
        weight_hh = self.parameter("weight_hh", layer, direction)
        projected = self.product(sequence, weight_ih.T)
        if self.bias:
            projected = projected + self.parameter("bias_ih", layer, direction)
        states = []
        for from_input in projected:
            from_state = self.product(state, weight_hh.T)
            if self.bias:
                from_state = from_state + self.parameter("bias_hh", layer, direction)
            state = self.activate(from_state + from_input)
            states.append(state)
        return np.stack(states)


class BiasesFirst:
    def step(self, x, state, layer, direction):
        pre = self.biases(layer, direction) + self.product(x, self.parameter("weight_ih", layer, direction).T)
        return self.activate(pre + self.product(state, self.parameter("weight_hh", layer, direction).T))


class Concatenated:
    """[x, h] times [W_ih, W_hh] in a single product."""

    def step(self, x, state, layer, direction):
        weights = [self.parameter(kind, layer, direction) for kind in ("weight_ih", "weight_hh")]
        both = self.product(np.concatenate([x, state], axis=-1), np.concatenate(weights, axis=-1).T)
        return self.activate(both + self.biases(layer, direction))


# How to squash.


class NumpyTanh:
    """As the base does."""


class WideTanh:
    def activate(self, pre):
        return np.tanh(wider(pre)).astype(pre.dtype) if self.nonlinearity == "tanh" else super().activate(pre)


class ExpTanh:
    """From expm1 of what is never positive: nothing overflows and nothing cancels near zero."""

    def activate(self, pre):
        if self.nonlinearity == "relu":
            return super().activate(pre)
        shrunk = np.expm1(-2 * np.abs(pre))
        return np.copysign(-shrunk / (shrunk + 2), pre)


# How to come back.


class AtOnce:
    """As the base does: each parameter's gradient is one product over all steps."""


class StepByStep:
    """Each parameter's gradient is added up step by step, the last step first, and 1 - h*h is (1-h)(1+h)."""

    def parameter_gradients(self, layer, direction, grads_pre, sequence, before):
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        sums = dict.fromkeys(names[: 4 if self.bias else 2], 0)
        for t in reversed(range(len(grads_pre))):
            da = grads_pre[t]
            terms = (self.product(da.T, sequence[t]), self.product(da.T, before[t]), self.total(da), self.total(da))
            for kind, term in zip(sums, terms, strict=False):
                sums[kind] = sums[kind] + term
        for kind, gradient in sums.items():
            self.keep(kind, layer, direction, gradient)

    def slope(self, state):
        return (1 - state) * (1 + state) if self.nonlinearity == "tanh" else super().slope(state)


STEPS = (BiasesSummed, TorchOrder, BiasesFirst, Concatenated)
SQUASHES = (NumpyTanh, WideTanh, ExpTanh)
WAYS_BACK = (AtOnce, StepByStep)
