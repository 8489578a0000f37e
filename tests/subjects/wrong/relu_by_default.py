"""The default nonlinearity is relu."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import _base


class RNN(_base.RNN):
    def __init__(self, input_size, hidden_size, num_layers=1, nonlinearity="relu", **others):
        super().__init__(input_size, hidden_size, num_layers, nonlinearity, **others)
