"""One layer in the manner of Keras: kernel, recurrent_kernel, one bias, batch first, the initial state optional."""

import numpy as np


class SimpleRNN:
    def __init__(self, units, input_dim, activation="tanh", use_bias=True):
        self.units = units
        self.use_bias = use_bias
        self.activation = {"tanh": np.tanh, "relu": lambda z: np.maximum(z, 0)}[activation]
        self.kernel = np.random.uniform(-0.1, 0.1, (input_dim, units))
        self.recurrent_kernel = np.linalg.qr(np.random.randn(units, units))[0]
        if use_bias:
            self.bias = np.zeros(units)

    def call(self, inputs, initial_state=None, training=False):
        state = np.zeros((inputs.shape[0], self.units)) if initial_state is None else initial_state
        outputs = []
        for t in range(inputs.shape[1]):
            z = inputs[:, t] @ self.kernel + state @ self.recurrent_kernel
            state = self.activation(z + self.bias if self.use_bias else z)
            outputs.append(state)
        return np.stack(outputs, axis=1), state
