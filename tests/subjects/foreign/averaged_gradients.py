"""Averages the gradients of its parameters over the batch, which is wrong, and an adapter must leave it so."""

import numpy as np


class AveragingRNN:
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
        self.dWx, self.dWh, self.db = np.zeros_like(self.Wx), np.zeros_like(self.Wh), np.zeros_like(self.b)
        dx, dh, n = np.zeros_like(self.x), 0, self.x.shape[1]
        for t in reversed(range(len(self.x))):
            dz = (dout[t] + dh) * (1 - self.h[t + 1] ** 2)
            self.dWx += self.x[t].T @ dz / n
            self.dWh += self.h[t].T @ dz / n
            self.db += dz.mean(0)
            dx[t], dh = dz @ self.Wx.T, dz @ self.Wh.T
        return dx, dh
