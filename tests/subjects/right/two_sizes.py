"""The smallest legitimate one: two sizes, one layer, one direction, tanh, and no way back."""

import numpy as np


class RNN:
    def __init__(self, input_size, hidden_size):
        self.hidden_size = hidden_size

    def load_state_dict(self, state):
        self.state = dict(state)

    def forward(self, input):
        if input.ndim != 3:
            raise NotImplementedError("only a batch of sequences")
        bias = self.state["bias_ih_l0"] + self.state["bias_hh_l0"]
        h = np.zeros((input.shape[1], self.hidden_size), input.dtype)
        output = np.empty((*input.shape[:2], self.hidden_size), input.dtype)
        for t in range(len(input)):
            h = np.tanh(input[t] @ self.state["weight_ih_l0"].T + h @ self.state["weight_hh_l0"].T + bias)
            output[t] = h
        return output, h[np.newaxis]
