"""A layer that is handed its weights, keeps params and grads in lists, is batch first and takes no initial state."""

import numpy as np


class TimeRNN:
    def __init__(self, Wx, Wh, b):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)]

    def forward(self, xs):
        Wx, Wh, b = self.params
        N, T, _ = xs.shape
        self.xs, self.hs = xs, np.zeros((N, T + 1, len(b)), dtype=xs.dtype)
        for t in range(T):
            self.hs[:, t + 1] = np.tanh(xs[:, t] @ Wx + self.hs[:, t] @ Wh + b)
        return self.hs[:, 1:]

    def backward(self, dhs):
        Wx, Wh, b = self.params
        dWx, dWh, db, dxs = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b), np.zeros_like(self.xs)
        dh = 0
        for t in reversed(range(dhs.shape[1])):
            dz = (dhs[:, t] + dh) * (1 - self.hs[:, t + 1] ** 2)
            dWx += self.xs[:, t].T @ dz
            dWh += self.hs[:, t].T @ dz
            db += dz.sum(0)
            dxs[:, t], dh = dz @ Wx.T, dz @ Wh.T
        for grad, new in zip(self.grads, (dWx, dWh, db), strict=True):
            grad[...] = new
        return dxs
