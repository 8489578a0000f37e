"""A right RNN cut into small steps, of which each subject in wrong/ changes one."""

import numpy as np


class RNN:
    """Inside, a sequence is (seq_len, batch_size, features) and a direction is 0 (forward) or 1 (reverse)."""

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
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.nonlinearity = nonlinearity
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = dropout
        self.directions = 2 if bidirectional else 1
        self.state = {}
        self.trace = {}

    def load_state_dict(self, state):
        self.state = {name: np.array(array) for name, array in state.items()}

    def parameter(self, kind, layer, direction):
        return self.state[f"{kind}_l{layer}{'_reverse' if direction else ''}"]

    # The call.

    def forward(self, input, h_0=None):
        self.batched = input.ndim == 3
        self.h_0_given = h_0 is not None
        sequence = self.to_inside(input)
        output, h_n = self.run_layers(sequence, self.initial_state(sequence, h_0))
        return self.from_inside(output), self.state_from_inside(h_n)

    def initial_state(self, sequence, h_0):
        if h_0 is not None:
            return self.state_to_inside(h_0)
        return np.zeros((self.num_layers * self.directions, sequence.shape[1], self.hidden_size), sequence.dtype)

    def to_inside(self, sequence):
        if not self.batched:
            return sequence[:, np.newaxis]
        return sequence.swapaxes(0, 1) if self.batch_first else sequence

    def from_inside(self, sequence):
        if not self.batched:
            return sequence[:, 0]
        return sequence.swapaxes(0, 1) if self.batch_first else sequence

    def state_to_inside(self, state):
        return state if self.batched else state[:, np.newaxis]

    def state_from_inside(self, state):
        return state if self.batched else state[:, 0]

    # Layers and directions.

    def run_layers(self, sequence, h_0):
        last_states = []
        for layer in range(self.num_layers):
            sequence, states = self.run_layer(sequence, h_0[self.rows(layer)], layer)
            last_states += states
        return sequence, np.stack(last_states)

    def rows(self, layer):
        return slice(layer * self.directions, (layer + 1) * self.directions)

    def run_layer(self, sequence, starts, layer):
        outputs, last_states = [], []
        for direction in range(self.directions):
            output, last_state = self.run_direction(sequence, starts[direction], layer, direction)
            outputs.append(output)
            last_states.append(last_state)
        return self.join(outputs), last_states

    def join(self, outputs):
        return np.concatenate(outputs, axis=-1)

    def run_direction(self, sequence, start, layer, direction):
        sequence = self.turn(sequence, direction)
        states = self.scan(sequence, start, layer, direction)
        self.trace[layer, direction] = sequence, start.copy(), states.copy()
        return self.turn_back(states, direction), states[-1].copy()

    def turn(self, sequence, direction):
        return sequence[::-1] if direction else sequence

    def turn_back(self, sequence, direction):
        return self.turn(sequence, direction)

    # Time.

    def scan(self, sequence, state, layer, direction):
        states = []
        for x in sequence:
            state = self.step(x, state, layer, direction)
            states.append(state)
        return np.stack(states)

    def step(self, x, state, layer, direction):
        weight_ih = self.parameter("weight_ih", layer, direction)
        weight_hh = self.parameter("weight_hh", layer, direction)
        pre = self.product(x, weight_ih.T) + self.product(state, weight_hh.T) + self.biases(layer, direction)
        return self.activate(pre)

    def product(self, rows, matrix):
        """(..., K) times (K, M); every product of the network, there and back."""
        return rows @ matrix

    def biases(self, layer, direction):
        if not self.bias:
            return 0
        return self.parameter("bias_ih", layer, direction) + self.parameter("bias_hh", layer, direction)

    def activate(self, pre):
        return np.tanh(pre) if self.nonlinearity == "tanh" else np.maximum(pre, 0)

    # The way back.

    def backward(self, grad_output, grad_h_n):
        self.gradients = {}
        grad_sequence = self.to_inside(grad_output)
        carries = self.state_to_inside(grad_h_n)
        grad_starts = []
        for layer in reversed(range(self.num_layers)):
            grad_sequence, starts = self.layer_backward(grad_sequence, carries[self.rows(layer)], layer)
            grad_starts = starts + grad_starts
        self.gradients["input"] = self.from_inside(grad_sequence)
        if self.h_0_given:
            self.gradients["h_0"] = self.state_from_inside(np.stack(grad_starts))
        return self.gradients

    def layer_backward(self, grad_sequence, carries, layer):
        halves = np.split(grad_sequence, self.directions, axis=-1)
        grad_inputs, grad_starts = [], []
        for direction in range(self.directions):
            grads = self.turn(halves[direction], direction)
            grad_input, grad_start = self.direction_backward(grads, carries[direction], layer, direction)
            grad_inputs.append(self.turn_back(grad_input, direction))
            grad_starts.append(grad_start)
        return sum(grad_inputs), grad_starts

    def direction_backward(self, grads, carry, layer, direction):
        sequence, start, states = self.trace[layer, direction]
        before = np.concatenate([start[np.newaxis], states[:-1]])
        grads_pre, carry = self.scan_backward(grads, carry, states, self.parameter("weight_hh", layer, direction))
        self.parameter_gradients(layer, direction, grads_pre, sequence, before)
        return self.product(grads_pre, self.parameter("weight_ih", layer, direction)), carry

    def scan_backward(self, grads, carry, states, weight_hh):
        grads_pre = np.empty_like(states)
        for t in reversed(range(len(states))):
            grads_pre[t] = (grads[t] + carry) * self.slope(states[t])
            carry = self.product(grads_pre[t], weight_hh)
        return grads_pre, carry

    def slope(self, state):
        """The derivative of the nonlinearity, from its value."""
        return 1 - state * state if self.nonlinearity == "tanh" else ~(state <= 0)

    def parameter_gradients(self, layer, direction, grads_pre, sequence, before):
        rows = grads_pre.reshape(-1, self.hidden_size)
        self.keep("weight_ih", layer, direction, self.product(rows.T, sequence.reshape(-1, sequence.shape[-1])))
        self.keep("weight_hh", layer, direction, self.product(rows.T, before.reshape(-1, self.hidden_size)))
        if self.bias:
            self.keep("bias_ih", layer, direction, self.total(rows))
            self.keep("bias_hh", layer, direction, self.total(rows))

    def total(self, rows):
        return rows.sum(axis=0)

    def keep(self, kind, layer, direction, gradient):
        self.gradients[f"{kind}_l{layer}{'_reverse' if direction else ''}"] = gradient
