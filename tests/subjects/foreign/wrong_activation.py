"""A sigmoid where torch has tanh: nothing agrees, yet layout and arrays can be told. A backward for its own loss."""

import numpy as np


class SigmoidRNN:
    def __init__(self, input_size, hidden_size):
        self.Wi = np.random.randn(input_size, hidden_size)
        self.Wr = np.random.randn(hidden_size, hidden_size)
        self.bias = np.zeros(hidden_size)

    def forward(self, x):
        h = np.zeros((x.shape[0], len(self.bias)))
        self.outputs = np.zeros((*x.shape[:2], len(self.bias)))
        for t in range(x.shape[1]):
            h = 1 / (1 + np.exp(-(x[:, t] @ self.Wi + h @ self.Wr + self.bias)))
            self.outputs[:, t] = h
        return self.outputs

    def backward(self, targets, learning_rate):
        self.Wr -= learning_rate * self.outputs[0].T @ (self.outputs[0] - targets)
