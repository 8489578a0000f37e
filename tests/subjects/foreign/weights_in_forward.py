"""Draws new weights in every call, so that nothing can be loaded."""

import numpy as np


class FreshRNN:
    def __init__(self, input_size, hidden_size):
        self.input_size = input_size
        self.hidden_size = hidden_size

    def forward(self, x):
        w_ih, w_hh = (
            np.random.rand(self.hidden_size, self.input_size),
            np.random.rand(self.hidden_size, self.hidden_size),
        )
        h, output = np.zeros((x.shape[1], self.hidden_size)), []
        for x_t in x:
            h = np.tanh(x_t @ w_ih.T + h @ w_hh.T)
            output.append(h)
        return np.stack(output), h[None]
