"""Any number of layers, each a cell object in a list, states in one array, gradients kept in the cells."""

import numpy as np


class Cell:
    def __init__(self, in_features, hidden):
        self.Wx = np.random.randn(in_features, hidden)
        self.Wh = np.random.randn(hidden, hidden)
        self.b = np.zeros(hidden)

    def step(self, x, h):
        return np.tanh(x @ self.Wx + h @ self.Wh + self.b)


class StackedRNN:
    def __init__(self, input_dim, hidden_dim, n_layers=1):
        self.cells = [Cell(input_dim if k == 0 else hidden_dim, hidden_dim) for k in range(n_layers)]

    def forward(self, x, h0=None):
        n = len(self.cells)
        h0 = np.zeros((n, x.shape[1], self.cells[0].b.size), dtype=x.dtype) if h0 is None else h0
        self.x, self.h0, self.hs, below = x, h0, [], x
        for k, cell in enumerate(self.cells):
            h, states = h0[k], []
            for x_t in below:
                h = cell.step(x_t, h)
                states.append(h)
            below = np.stack(states)
            self.hs.append(below)
        return below, np.stack([states[-1] for states in self.hs])

    def backward(self, dout, dh_n):
        dh0 = np.zeros_like(self.h0)
        for k in reversed(range(len(self.cells))):
            cell, below = self.cells[k], self.x if k == 0 else self.hs[k - 1]
            cell.dWx, cell.dWh, cell.db = np.zeros_like(cell.Wx), np.zeros_like(cell.Wh), np.zeros_like(cell.b)
            dh, dbelow = dh_n[k], np.zeros_like(below)
            for t in reversed(range(len(below))):
                dz = (dout[t] + dh) * (1 - self.hs[k][t] ** 2)
                before = self.hs[k][t - 1] if t else self.h0[k]
                cell.dWx += below[t].T @ dz
                cell.dWh += before.T @ dz
                cell.db += dz.sum(0)
                dbelow[t], dh = dz @ cell.Wx.T, dz @ cell.Wh.T
            dout, dh0[k] = dbelow, dh
        return dout, dh0
