"""One layer in the manner of min-char-rnn: column vectors, a list of steps, states in a dict, an output layer."""

import numpy as np


class CharRNN:
    def __init__(self, vocab_size, hidden_size):
        self.Wxh = np.random.randn(hidden_size, vocab_size) * 0.01
        self.Whh = np.random.randn(hidden_size, hidden_size) * 0.01
        self.Why = np.random.randn(vocab_size, hidden_size) * 0.01
        self.bh = np.zeros((hidden_size, 1))
        self.by = np.zeros((vocab_size, 1))
        self.mWxh, self.mWhh, self.mbh = np.zeros_like(self.Wxh), np.zeros_like(self.Whh), np.zeros_like(self.bh)

    def forward(self, inputs, hprev):
        self.xs, self.hs, self.ys = {}, {-1: np.copy(hprev)}, {}
        for t in range(len(inputs)):
            self.xs[t] = inputs[t]
            self.hs[t] = np.tanh(np.dot(self.Wxh, self.xs[t]) + np.dot(self.Whh, self.hs[t - 1]) + self.bh)
            self.ys[t] = np.dot(self.Why, self.hs[t]) + self.by
        print("forward done")
        return self.ys, self.hs[len(inputs) - 1]

    def backward(self, dhs):
        self.dWxh, self.dWhh, self.dbh = np.zeros_like(self.Wxh), np.zeros_like(self.Whh), np.zeros_like(self.bh)
        dhnext, self.dxs = np.zeros_like(self.hs[0]), {}
        for t in reversed(range(len(dhs))):
            dhraw = (1 - self.hs[t] * self.hs[t]) * (dhs[t] + dhnext)
            self.dbh += dhraw
            self.dWxh += np.dot(dhraw, self.xs[t].T)
            self.dWhh += np.dot(dhraw, self.hs[t - 1].T)
            self.dxs[t] = np.dot(self.Wxh.T, dhraw)
            dhnext = np.dot(self.Whh.T, dhraw)
        return dhnext
