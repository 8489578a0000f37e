"""No RNN at all."""

import numpy as np


class Perceptron:
    def __init__(self, input_size, hidden_size):
        self.W1 = np.zeros((input_size, hidden_size))
        self.b1 = np.zeros(hidden_size)

    def forward(self, x):
        return np.tanh(x @ self.W1 + self.b1)


def accuracy(predicted, wanted):
    return np.mean(predicted == wanted)
