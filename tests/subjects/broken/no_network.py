"""Holds helpers alone: no class RNN, no class with forward."""

import numpy as np


class Settings:
    hidden_size = 3


LEARNING_RATE = np.float64(0.01)
