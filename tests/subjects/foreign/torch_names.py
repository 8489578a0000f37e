"""Everything that torch offers, attributes with torch's names, but batch first throughout."""

import numpy as np


class RNN:
    def __init__(self, input_size, hidden_size, num_layers=1, nonlinearity="tanh", bias=True, bidirectional=False):
        self.layers, self.hidden_size, self.bias = num_layers, hidden_size, bias
        self.suffixes = ("", "_reverse") if bidirectional else ("",)
        self.f = np.tanh if nonlinearity == "tanh" else lambda z: np.maximum(z, 0)
        for k in range(num_layers):
            for suffix in self.suffixes:
                width = input_size if k == 0 else len(self.suffixes) * hidden_size
                setattr(self, f"weight_ih_l{k}{suffix}", np.zeros((hidden_size, width)))
                setattr(self, f"weight_hh_l{k}{suffix}", np.zeros((hidden_size, hidden_size)))
                if bias:
                    setattr(self, f"bias_ih_l{k}{suffix}", np.zeros(hidden_size))
                    setattr(self, f"bias_hh_l{k}{suffix}", np.zeros(hidden_size))

    def scan(self, x, h, name, *, reverse):
        out = np.zeros((*x.shape[:2], self.hidden_size), x.dtype)
        b = getattr(self, f"bias_ih_{name}") + getattr(self, f"bias_hh_{name}") if self.bias else 0
        for t in reversed(range(x.shape[1])) if reverse else range(x.shape[1]):
            h = self.f(x[:, t] @ getattr(self, f"weight_ih_{name}").T + h @ getattr(self, f"weight_hh_{name}").T + b)
            out[:, t] = h
        return out, h

    def forward(self, x, h0=None):
        rows = self.layers * len(self.suffixes)
        h0 = np.zeros((rows, x.shape[0], self.hidden_size), x.dtype) if h0 is None else h0
        last, states = [], iter(h0)
        for k in range(self.layers):
            scans = [self.scan(x, next(states), f"l{k}{s}", reverse=bool(s)) for s in self.suffixes]
            x = np.concatenate([out for out, _ in scans], axis=2)
            last += [h for _, h in scans]
        return x, np.stack(last)
