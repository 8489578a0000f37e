"""A right network of one layer with arrays under names of its own and no load_state_dict."""

import numpy as np


class RNN:
    def __init__(self, input_size, hidden_size):
        self.W_xh = np.zeros((input_size, hidden_size))
        self.W_hh = np.zeros((hidden_size, hidden_size))
        self.b_h = np.zeros(hidden_size)

    def forward(self, input, h_0=None):
        state = np.zeros((input.shape[1], len(self.b_h))) if h_0 is None else h_0[0]
        states = []
        for x in input:
            state = np.tanh(x @ self.W_xh + state @ self.W_hh + self.b_h)
            states.append(state)
        return np.stack(states), state[np.newaxis]
