"""The gradient of the network's input lacks the derivative of the first layer's nonlinearity."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def direction_backward(self, grads, carry, layer, direction):
        grad_input, grad_start = super().direction_backward(grads, carry, layer, direction)
        if layer == 0:
            weight_ih = self.parameter("weight_ih", layer, direction)
            grad_input = self.product(self.grads_with_carry, weight_ih)
        return grad_input, grad_start

    def scan_backward(self, grads, carry, states, weight_hh):
        self.grads_with_carry = np.empty_like(states)
        grads_pre = np.empty_like(states)
        for t in reversed(range(len(states))):
            self.grads_with_carry[t] = grads[t] + carry
            grads_pre[t] = self.grads_with_carry[t] * self.slope(states[t])
            carry = self.product(grads_pre[t], weight_hh)
        return grads_pre, carry
