"""A class that makes one step at a time and keeps its state as an attribute, for one sequence at a time."""

import numpy as np


class RNN:
    def __init__(self, input_size, hidden_size, output_size):
        self.W_xh = np.random.randn(hidden_size, input_size)
        self.W_hh = np.random.randn(hidden_size, hidden_size)
        self.W_hy = np.random.randn(output_size, hidden_size)
        self.bias = np.zeros(hidden_size)
        self.h = np.zeros(hidden_size)

    def step(self, x):
        self.h = np.tanh(np.dot(self.W_hh, self.h) + np.dot(self.W_xh, x) + self.bias)
        return np.dot(self.W_hy, self.h)
