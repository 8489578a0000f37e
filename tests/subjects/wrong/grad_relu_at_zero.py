"""The gradient passes relu where its pre-activation is exactly zero, too."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def activate(self, pre):
        self.zeros = [*getattr(self, "zeros", []), (pre == 0) & (self.nonlinearity == "relu")]
        return super().activate(pre)

    def scan(self, sequence, state, layer, direction):
        self.zeros = []
        states = super().scan(sequence, state, layer, direction)
        self.at_zero = {**getattr(self, "at_zero", {}), (layer, direction): np.stack(self.zeros)}
        return states

    def direction_backward(self, grads, carry, layer, direction):
        self.visited = list(self.at_zero[layer, direction])
        return super().direction_backward(grads, carry, layer, direction)

    def slope(self, state):
        return np.where(self.visited.pop(), np.ones_like(state), super().slope(state))
