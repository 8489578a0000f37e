"""Two classes could be meant, and neither is named RNN."""

import numpy as np


class Elman:
    def forward(self, input, h_0=None):
        return np.tanh(input), h_0


class Jordan:
    def forward(self, input, h_0=None):
        return np.tanh(input), h_0
