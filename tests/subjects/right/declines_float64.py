"""Computes in float32 alone and says so: float64 arrays are declined with NotImplementedError."""

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
        if bidirectional:
            raise NotImplementedError("one direction only")
        self.num_layers = num_layers
        self.nonlinearity = nonlinearity
        self.bias = bias
        self.batch_first = batch_first

    def load_state_dict(self, state):
        for array in state.values():
            self.only_float32(array)
        self.state = state

    @staticmethod
    def only_float32(array):
        if array.dtype != np.float32:
            raise NotImplementedError(f"arrays are {array.dtype}, but should be float32")

    def forward(self, input, h_0=None):
        self.only_float32(input)
        rows = input if input.ndim == 2 or self.batch_first else input.swapaxes(0, 1)
        h_n = []
        for layer in range(self.num_layers):
            projected = rows @ self.state[f"weight_ih_l{layer}"].T
            if self.bias:
                projected += self.state[f"bias_ih_l{layer}"] + self.state[f"bias_hh_l{layer}"]
            rows, last = self.recur(projected, layer, None if h_0 is None else h_0[layer])
            h_n.append(last)
        output = rows if input.ndim == 2 or self.batch_first else rows.swapaxes(0, 1)
        return output, np.stack(h_n)

    def recur(self, projected, layer, h):
        """Fill in the recurrence; time is the last axis but one, batched or not."""
        weight_hh = self.state[f"weight_hh_l{layer}"]
        states = np.empty_like(projected)
        for t in range(projected.shape[-2]):
            pre = projected[..., t, :] if h is None else projected[..., t, :] + h @ weight_hh.T
            h = np.tanh(pre) if self.nonlinearity == "tanh" else np.maximum(pre, np.float32(0))
            states[..., t, :] = h
        return states, h
