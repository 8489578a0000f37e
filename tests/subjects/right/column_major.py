"""Features down and samples across, forward only; its parameters are attributes under torch's names."""

import numpy as np


class RNN:
    def __init__(
        self,
        input_size,
        hidden_size,
        num_layers=1,
        nonlinearity="tanh",
        bias=True,
        batch_first=False,
        dropout=0.0,
        bidirectional=False,
    ):
        self.hidden_size, self.num_layers, self.bias, self.batch_first = hidden_size, num_layers, bias, batch_first
        self.f = {"tanh": np.tanh, "relu": lambda a: np.maximum(a, 0)}[nonlinearity]
        self.names = ["l%d", "l%d_reverse"] if bidirectional else ["l%d"]
        for k in range(num_layers):
            width = hidden_size * len(self.names) if k else input_size
            for name in self.names:
                setattr(self, "weight_ih_" + name % k, np.zeros((hidden_size, width)))
                setattr(self, "weight_hh_" + name % k, np.zeros((hidden_size, hidden_size)))
                if bias:
                    setattr(self, "bias_ih_" + name % k, np.zeros(hidden_size))
                    setattr(self, "bias_hh_" + name % k, np.zeros(hidden_size))

    def __call__(self, input, h_0=None):
        """Columns are samples: x is (seq_len, features, batch_size)."""
        batch_axis = 0 if self.batch_first else 1
        x = input[:, :, None] if input.ndim == 2 else np.moveaxis(input, batch_axis, -1)
        h = [None] * (self.num_layers * len(self.names))
        if h_0 is not None:
            h = [start[:, None] if input.ndim == 2 else start.T for start in h_0]
        for k in range(self.num_layers):
            halves = []
            for d, name in enumerate(self.names):
                slot = k * len(self.names) + d
                states = self.columns(x[::-1] if d else x, h[slot], name % k)
                h[slot] = states[-1]
                halves.append(np.array(states[::-1] if d else states))
            x = np.concatenate(halves, axis=1)
        if input.ndim == 2:
            return x[:, :, 0], np.array(h)[:, :, 0]
        return np.moveaxis(x, -1, batch_axis), np.array(h).transpose(0, 2, 1)

    def columns(self, x, h, name):
        w, u = getattr(self, "weight_ih_" + name), getattr(self, "weight_hh_" + name)
        states = []
        if h is None:
            h = np.zeros((self.hidden_size, x.shape[-1]), x.dtype)
        for x_t in x:
            a = w @ x_t + u @ h
            if self.bias:
                a = a + (getattr(self, "bias_ih_" + name) + getattr(self, "bias_hh_" + name))[:, None]
            h = self.f(a)
            states.append(h)
        return states
