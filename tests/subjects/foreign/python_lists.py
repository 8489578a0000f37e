"""Plain Python, no arrays: weights and states are lists of floats, one sequence at a time, in float64 alone."""

import math
import random


class ListRNN:
    def __init__(self, input_size, hidden_size):
        self.w_in = [[random.random() for _ in range(input_size)] for _ in range(hidden_size)]
        self.w_rec = [[random.random() for _ in range(hidden_size)] for _ in range(hidden_size)]
        self.b = [0.0] * hidden_size

    def run(self, xs, h=None):
        h, out = [0.0] * len(self.b) if h is None else h, []
        for x in xs:
            h = [
                math.tanh(sum(w * v for w, v in zip(w_x, x)) + sum(w * v for w, v in zip(w_h, h)) + b)
                for w_x, w_h, b in zip(self.w_in, self.w_rec, self.b)
            ]
            out.append(h)
        return out
