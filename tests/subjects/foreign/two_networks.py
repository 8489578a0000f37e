"""Two networks that have nothing to do with each other."""

import numpy as np


class Plain:
    def __init__(self, input_size, hidden_size):
        self.W_ih = np.random.randn(hidden_size, input_size)
        self.W_hh = np.random.randn(hidden_size, hidden_size)
        self.b = np.zeros(hidden_size)

    def forward(self, x, h):
        outputs = []
        for x_t in x:
            h = np.tanh(x_t @ self.W_ih.T + h @ self.W_hh.T + self.b)
            outputs.append(h)
        return outputs, h


class Unbiased:
    def __init__(self, input_size, hidden_size):
        self.W_ih = np.random.randn(hidden_size, input_size)
        self.W_hh = np.random.randn(hidden_size, hidden_size)

    def forward(self, x, h):
        outputs = []
        for x_t in x:
            h = np.tanh(x_t @ self.W_ih.T + h @ self.W_hh.T)
            outputs.append(h)
        return outputs, h
