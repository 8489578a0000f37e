"""A tape of pullbacks, forward and backward, with all the checks that torch makes."""

import math

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
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"Unknown nonlinearity {nonlinearity!r}. Select from 'tanh' or 'relu'.")
        if isinstance(dropout, (bool, str)) or not 0 <= float(dropout) <= 1 or math.isnan(dropout):
            raise ValueError(f"dropout is {dropout!r}, but should be a number in [0, 1]")
        for name, value in {"bias": bias, "batch_first": batch_first, "bidirectional": bidirectional}.items():
            if type(value) is not bool:
                raise TypeError(f"{name} should be of type bool, got: {type(value).__name__}")
        sizes = {"input_size": input_size, "hidden_size": hidden_size, "num_layers": num_layers}
        for name, value in sizes.items():
            if type(value) is not int and not (name == "input_size" and value is True):
                raise TypeError(f"{name} should be of type int, got: {type(value).__name__}")
            if value <= 0:
                raise ValueError(f"{name} must be greater than zero")
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.relu = nonlinearity == "relu"
        self.bias = bias
        self.batch_first = batch_first
        directions = ["", "_reverse"] if bidirectional else [""]
        self.cells = [[f"l{layer}{direction}" for direction in directions] for layer in range(num_layers)]

    def load_state_dict(self, state):
        self.state = state

    def forward(self, input, h_0=None):
        self.check_call(input, h_0)
        self.tape = []
        self.given = h_0 is not None
        self.time_axis = 1 if input.ndim == 3 and self.batch_first else 0
        sequence = np.moveaxis(input, self.time_axis, 0)
        h_n = []
        for names in self.cells:
            halves = []
            for name in names:
                slot = len(h_n)
                start = h_0[slot] if self.given else np.zeros((*sequence.shape[1:-1], self.hidden_size), input.dtype)
                states = self.scan(sequence, start, name, slot)
                h_n.append(states[-1])
                halves.append(states[::-1] if name.endswith("_reverse") else states)
            sequence = np.concatenate(halves, axis=-1)
            self.tape.append(None)
        return np.moveaxis(sequence, 0, self.time_axis).copy(), np.array(h_n)

    def backward(self, grad_output, grad_h_n):
        grads = {}
        above, below = None, np.moveaxis(grad_output, self.time_axis, 0)
        grad_h_0 = np.empty_like(grad_h_n)
        for pull_back in reversed(self.tape):
            if pull_back is None:
                above, below = below, 0
            else:
                below = below + pull_back(above, grad_h_n, grad_h_0, grads)
        grads["input"] = np.moveaxis(below, 0, self.time_axis)
        if self.given:
            grads["h_0"] = grad_h_0
        return grads

    def scan(self, sequence, start, name, slot):
        """The states of one cell in the order in which it visits the sequence; its pullback goes onto the tape."""
        turned = name.endswith("_reverse")
        x = sequence[::-1] if turned else sequence
        weight_ih, weight_hh = self.state["weight_ih_" + name], self.state["weight_hh_" + name]
        path = [start]
        for x_t in x:
            pre = x_t @ weight_ih.T + path[-1] @ weight_hh.T
            if self.bias:
                pre = pre + self.state["bias_ih_" + name] + self.state["bias_hh_" + name]
            path.append(np.maximum(pre, 0) if self.relu else np.tanh(pre))
        before, states = np.array(path[:-1]), np.array(path[1:])

        def pull_back(above, grad_h_n, grad_h_0, grads):
            half = above[..., self.hidden_size :] if turned else above[..., : self.hidden_size]
            half = half[::-1] if turned else half
            da = np.empty_like(states)
            carry = grad_h_n[slot]
            for t in reversed(range(len(states))):
                slope = ~(states[t] <= 0) if self.relu else (1 - states[t]) * (1 + states[t])
                da[t] = (half[t] + carry) * slope
                carry = da[t] @ weight_hh
            grad_h_0[slot] = carry
            rows = da.reshape(-1, self.hidden_size)
            grads["weight_ih_" + name] = rows.T @ x.reshape(-1, x.shape[-1])
            grads["weight_hh_" + name] = rows.T @ before.reshape(-1, self.hidden_size)
            if self.bias:
                grads["bias_ih_" + name] = rows.sum(0)
                grads["bias_hh_" + name] = rows.sum(0)
            dx = da @ weight_ih
            return dx[::-1] if turned else dx

        self.tape.append(pull_back)
        return states

    def check_call(self, input, h_0):
        if input.ndim not in (2, 3):
            raise ValueError(f"RNN: Expected input to be 2D or 3D, got {input.ndim}D tensor instead")
        if h_0 is not None and h_0.ndim != input.ndim:
            raise RuntimeError(f"h_0 has {h_0.ndim} axes, but should have {input.ndim}, as input has")
        dtype = self.state["weight_ih_l0"].dtype
        if input.dtype != dtype:
            raise ValueError(f"RNN input dtype ({input.dtype}) does not match weight dtype ({dtype})")
        if input.shape[-1] != self.input_size:
            raise RuntimeError(f"input.size(-1) must be {self.input_size}, got {input.shape[-1]}")
        batch = (input.shape[0 if self.batch_first else 1],) if input.ndim == 3 else ()
        wanted = (len(self.cells) * len(self.cells[0]), *batch, self.hidden_size)
        if h_0 is not None and h_0.shape != wanted:
            raise RuntimeError(f"Expected hidden size {wanted}, got {h_0.shape}")
        if input.shape[1 if input.ndim == 3 and self.batch_first else 0] == 0:
            raise RuntimeError("Expected sequence length to be larger than 0 in RNN")
        if h_0 is not None and h_0.dtype != dtype:
            raise RuntimeError(f"h_0 is {h_0.dtype}, but should be {dtype}")
