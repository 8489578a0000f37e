"""Has gradients for its parameters alone."""

import numpy as np


class TrainableRNN:
    def __init__(self, input_size, hidden_size):
        self.Wx = np.random.randn(input_size, hidden_size)
        self.Wh = np.random.randn(hidden_size, hidden_size)
        self.b = np.zeros(hidden_size)

    def forward(self, x, h0):
        self.x, self.h = x, [h0]
        for x_t in x:
            self.h.append(np.tanh(x_t @ self.Wx + self.h[-1] @ self.Wh + self.b))
        return np.stack(self.h[1:])

    def backward(self, dout):
        grads = {"Wx": np.zeros_like(self.Wx), "Wh": np.zeros_like(self.Wh), "b": np.zeros_like(self.b)}
        dh = 0
        for t in reversed(range(len(self.x))):
            dz = (dout[t] + dh) * (1 - self.h[t + 1] ** 2)
            grads["Wx"] += self.x[t].T @ dz
            grads["Wh"] += self.h[t].T @ dz
            grads["b"] += dz.sum(0)
            dh = dz @ self.Wh.T
        return grads
