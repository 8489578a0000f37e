"""Its constructor takes no arguments: the sizes are its own."""

import numpy as np


class RNN:
    def __init__(self):
        self.hidden_size = 3

    def forward(self, input, h_0=None):
        return np.zeros((*input.shape[:-1], self.hidden_size)), h_0
