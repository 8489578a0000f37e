"""One layer, (I, H) weights, time first, two biases, gradients of its own names from both upstream gradients."""

import numpy as np


class ElmanRNN:
    def __init__(self, n_in, n_hidden):
        self.params = {
            "W_xh": np.random.randn(n_in, n_hidden),
            "W_hh": np.random.randn(n_hidden, n_hidden),
            "b_xh": np.zeros((1, n_hidden)),
            "b_hh": np.zeros((1, n_hidden)),
        }

    def forward(self, x, h0):
        p = self.params
        h, self.x, self.h = h0, x, [h0]
        for x_t in x:
            h = np.tanh(x_t @ p["W_xh"] + p["b_xh"] + h @ p["W_hh"] + p["b_hh"])
            self.h.append(h)
        return np.array(self.h[1:]), h

    def backward(self, d_out, d_h_last):
        p = self.params
        grads = {name: np.zeros_like(value) for name, value in p.items()}
        dh, dx = d_h_last, np.zeros_like(self.x)
        for t in range(len(self.x) - 1, -1, -1):
            dz = (dh + d_out[t]) * (1 - self.h[t + 1] ** 2)
            grads["W_xh"] += self.x[t].T @ dz
            grads["W_hh"] += self.h[t].T @ dz
            grads["b_xh"] += dz.sum(axis=0, keepdims=True)
            grads["b_hh"] += dz.sum(axis=0, keepdims=True)
            dx[t] = dz @ p["W_xh"].T
            dh = dz @ p["W_hh"].T
        return dx, dh, grads
