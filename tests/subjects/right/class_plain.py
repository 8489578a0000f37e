"""A class in plain NumPy, forward and backward, that checks none of its arguments."""

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
        self.hidden_size = hidden_size
        self.relu = nonlinearity == "relu"
        self.bias = bias
        self.batch_first = batch_first
        endings = ["", "_reverse"] if bidirectional else [""]
        self.cells = [f"l{layer}{ending}" for layer in range(num_layers) for ending in endings]
        self.per_layer = len(endings)

    def load_state_dict(self, state):
        self.p = {name: array.copy() for name, array in state.items()}

    def forward(self, input, h_0=None):
        self.unbatched = input.ndim == 2
        self.h_0 = h_0
        below = self._time_major(input)
        seq_len, batch_size, _ = below.shape
        h_n = np.zeros((len(self.cells), batch_size, self.hidden_size), input.dtype)
        if h_0 is not None:
            h_n[:] = h_0.reshape(h_n.shape)
        self.inputs, self.paths = [], []
        for i, cell in enumerate(self.cells):
            if i % self.per_layer == 0:
                layer_input = below
                below = np.empty((seq_len, batch_size, self.per_layer * self.hidden_size), input.dtype)
            path = np.empty((seq_len + 1, batch_size, self.hidden_size), input.dtype)
            path[0] = h_n[i]
            half = self._half(i)
            for step, t in enumerate(self._times(i, seq_len)):
                a = layer_input[t] @ self.p["weight_ih_" + cell].T + path[step] @ self.p["weight_hh_" + cell].T
                if self.bias:
                    a += self.p["bias_ih_" + cell] + self.p["bias_hh_" + cell]
                path[step + 1] = np.maximum(a, 0) if self.relu else np.tanh(a)
                below[t, :, half] = path[step + 1]
            h_n[i] = path[-1]
            self.inputs.append(layer_input)
            self.paths.append(path)
        return self._outward(below), h_n[:, 0] if self.unbatched else h_n

    def backward(self, grad_output, grad_h_n):
        grads = {name: np.zeros_like(array) for name, array in self.p.items()}
        from_above = self._time_major(grad_output)
        seq_len, batch_size, _ = from_above.shape
        dh = np.array(grad_h_n).reshape(len(self.cells), batch_size, self.hidden_size)
        for i in reversed(range(len(self.cells))):
            cell, x, path, half = self.cells[i], self.inputs[i], self.paths[i], self._half(i)
            if i % self.per_layer == self.per_layer - 1:
                d_above, from_above = from_above, np.zeros_like(x)
            times = list(self._times(i, seq_len))
            for step in reversed(range(seq_len)):
                t, h = times[step], path[step + 1]
                dh[i] += d_above[t, :, half]
                da = dh[i] * ~(h <= 0) if self.relu else dh[i] * (1 - h * h)
                grads["weight_ih_" + cell] += da.T @ x[t]
                grads["weight_hh_" + cell] += da.T @ path[step]
                if self.bias:
                    grads["bias_ih_" + cell] += da.sum(axis=0)
                    grads["bias_hh_" + cell] += da.sum(axis=0)
                from_above[t] += da @ self.p["weight_ih_" + cell]
                dh[i] = da @ self.p["weight_hh_" + cell]
        grads["input"] = self._outward(from_above)
        if self.h_0 is not None:
            grads["h_0"] = dh.reshape(self.h_0.shape)
        return grads

    def _half(self, i):
        first = i % self.per_layer * self.hidden_size
        return slice(first, first + self.hidden_size)

    def _times(self, i, seq_len):
        return reversed(range(seq_len)) if i % self.per_layer else range(seq_len)

    def _time_major(self, array):
        if self.unbatched:
            return array[:, None, :]
        return array.transpose(1, 0, 2) if self.batch_first else array

    def _outward(self, array):
        if self.unbatched:
            return array[:, 0, :]
        return array.transpose(1, 0, 2).copy() if self.batch_first else array
