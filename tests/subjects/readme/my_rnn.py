"""An Elman network, written by hand."""

import numpy as np


class RNN:
    def __init__(self, input_size, hidden_size, num_layers=1, bidirectional=False):
        self.hidden_size, self.num_layers = hidden_size, num_layers
        self.suffixes = ["", "_reverse"] if bidirectional else [""]

    def load_state_dict(self, state):
        self.state = state

    def forward(self, input, h_0=None):
        if input.ndim == 2:
            raise NotImplementedError("unbatched input")
        states, directions = [], len(self.suffixes)
        for layer in range(self.num_layers):
            outputs = []
            for d, suffix in enumerate(self.suffixes):
                w_ih, w_hh, b_ih, b_hh = (
                    self.state[f"{kind}_l{layer}{suffix}"] for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
                )
                h = (
                    np.zeros((input.shape[1], self.hidden_size), input.dtype)
                    if h_0 is None
                    else h_0[layer * directions + d]
                )
                steps = []
                for x in input[::-1] if suffix else input:
                    h = np.tanh(x @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
                    steps.append(h)
                states.append(h)
                outputs.append(np.stack(steps))
            input = np.concatenate(outputs, axis=-1)
        return input, np.stack(states)
