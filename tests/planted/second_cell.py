"""One layer in one direction: a column matrix (hidden_size, batch_size) that is stepped, and stepped back.

A fault of the cell is looked up in `faults`, a dict from id to value, at the place where its author went wrong.
"""

import numpy as np

TANH_LIKE = {
    "a/(1+|a|)": lambda a: a / (1 + abs(a)),
    "clip to -1..1": lambda a: np.clip(a, -1, 1),
    "a(27+a^2)/(27+9a^2)": lambda a: a * (27 + a * a) / (27 + 9 * a * a),
    "a-a^3/3": lambda a: a - a * a * a / 3,
    "a/sqrt(1+a^2)": lambda a: a / np.sqrt(1 + a * a),
    "tanh(a/2)": lambda a: np.tanh(a / 2),
    "1.7159 tanh(2a/3)": lambda a: 1.7159 * np.tanh(2 * a / 3),
    "(e^2a-1)/(e^2a+1)": lambda a: (np.exp(2 * a) - 1) / (np.exp(2 * a) + 1),
    "(e^a-e^-a)/(e^a+e^-a)": lambda a: (np.exp(a) - np.exp(-a)) / (np.exp(a) + np.exp(-a)),
}


class Cell:
    """`own` are its parameters, `used` those that its forward reads (others' under some faults), both without suffix."""

    def __init__(self, own, used, start, nonlinearity, faults):
        self.own = own
        self.used = used
        self.start = start
        self.nonlinearity = nonlinearity
        self.faults = faults
        # One entry a step, in the cell's own order of time.
        self.inputs, self.sums, self.states = [], [], []

    # Forwards.

    def step(self, x):
        """One step on: a column x (features, batch_size) to the next state."""
        forgotten = not self.states or "state-not-carried" in self.faults
        before = self.start if forgotten else self.states[-1]
        a = self.from_input(x) + self.from_state(before)
        for bias in self.biases():
            a = a + bias[:, np.newaxis]
        self.inputs.append(x)
        self.sums.append(a)
        self.states.append(self.activate(a))
        return self.states[-1]

    def from_input(self, x):
        weight = self.used["weight_ih"]
        transposed = self.faults.get("weight-ih-transposed")
        if transposed == "transposed":
            return weight.T @ x
        if transposed == "reshaped":
            return weight.reshape(weight.shape[::-1]).T @ x
        return weight @ x

    def from_state(self, before):
        weight = self.used["weight_hh"]
        return weight.T @ before if "weight-hh-transposed" in self.faults else weight @ before

    def biases(self):
        """The bias vectors that are added, in order."""
        if "bias_ih" not in self.used or "bias-missing" in self.faults:
            return []
        vectors = []
        doubled = self.faults.get("bias-ih-doubled")
        if "bias-ih-missing" not in self.faults:
            vectors += [self.used["bias_ih"]] * (2 if doubled else 1)
        if "bias-hh-missing" not in self.faults and doubled != "in place of b_hh":
            vectors.append(self.used["bias_hh"])
        return vectors

    def activate(self, a):
        if "nonlinearity-missing" in self.faults:
            return a.copy()
        return self.relu(a) if self.nonlinearity == "relu" else self.tanh(a)

    def tanh(self, a):
        if "sigmoid-for-tanh" in self.faults:
            return 1 / (1 + np.exp(-a))
        formula = self.faults.get("tanh-overflows") or self.faults.get("tanh-approximated")
        return TANH_LIKE[formula](a) if formula else np.tanh(a)

    def relu(self, a):
        h = np.maximum(a, 0)
        if "relu-leaky" in self.faults:
            h = np.where(a < 0, self.faults["relu-leaky"] * a, h)
        if "relu-clipped" in self.faults:
            h = np.minimum(h, self.faults["relu-clipped"])
        if "relu-hides-nan" in self.faults:
            h = np.where(np.isnan(h), 0, h)
        return h.astype(a.dtype, copy=False)

    # Back.

    def begin_back(self, grad_last_state):
        """Clear the gradients; grad_last_state is what is known of the gradient of the last state."""
        self.gradients = {name: np.zeros_like(array) for name, array in self.own.items()}
        # What comes from later steps, by how many steps it has come: without truncation all of it is one.
        self.carries = [grad_last_state]

    def back(self, t, dy):
        """One step back; adds to the gradients, returns da (hidden_size, batch_size) and dx (features, batch_size)."""
        if t == len(self.states) - 1 and "grad-last-step-skipped" in self.faults:
            return np.zeros_like(self.states[t]), np.zeros_like(self.inputs[t])
        arrived = [self.carries[0] + dy, *self.carries[1:]]
        g = sum(arrived[1:], arrived[0])
        da = self.through(t, g)
        self.gradients["weight_ih"] += da @ self.inputs[t].T
        self.gradients["weight_hh"] += da @ self.state_for_weight(t).T
        if "bias_ih" in self.own:
            self.add_bias_gradients({"dy": dy, "g": g}.get(self.faults.get("grad-bias-from-upstream"), da))
        weight = self.own["weight_hh"]
        if "grad-weight-hh-not-transposed" not in self.faults:
            weight = weight.T
        self.carries = self.carried(t, [weight @ self.through(t, part) for part in arrived])
        return da, self.own["weight_ih"].T @ da

    def add_bias_gradients(self, columns):
        for column in columns.T:
            self.gradients["bias_ih"] += column
            self.gradients["bias_hh"] += column

    def carried(self, t, handed):
        """What of a step's hand-down reaches the step before (at t = 0: the initial state)."""
        kind, number = truncation(self.faults)
        nothing = np.zeros_like(handed[0])
        if kind == "steps":
            return [nothing, *handed][: number + 1]
        cut = "grad-through-time-missing" in self.faults or (kind == "chunks" and t % number == 0)
        return [nothing] if cut and t > 0 else handed

    def grad_start(self):
        """The gradient of the initial state, after the step back at t = 0."""
        return sum(self.carries[1:], self.carries[0])

    def state_before(self, t):
        return self.states[t - 1] if t > 0 else self.start

    def state_for_weight(self, t):
        """The state that weight_hh's gradient is taken with."""
        if "grad-weight-hh-uses-current-state" in self.faults:
            return self.states[t]
        if t == 0 and "grad-weight-hh-wraps-around" in self.faults:
            return self.states[-1]
        if t == 0 and "grad-weight-hh-ignores-h0" in self.faults:
            return np.zeros_like(self.start)
        return self.state_before(t)

    def through(self, t, g):
        """The gradient of the sum a at step t from that of the state: g times the nonlinearity's derivative."""
        if "grad-incoming-ignored" in self.faults:
            g = np.ones_like(g)
        if "grad-nonlinearity-missing" in self.faults:
            return g
        wrong = self.faults.get("grad-nonlinearity-at-wrong-value")
        h = self.state_before(t) if wrong == "at the state before" else self.states[t]
        if self.nonlinearity == "relu":
            return g if "grad-relu-missing" in self.faults else np.where(self.lets_through(t, h), g, 0).astype(g.dtype)
        if wrong == "at h":
            h = np.tanh(h)
        return g * (1 - h * h)

    def lets_through(self, t, h):
        """Where relu's derivative is 1; a mask, since 0 times infinity is NaN."""
        mask = ~(h <= 0)
        if "grad-relu-at-zero" in self.faults:
            mask |= self.sums[t] == 0
        if "grad-relu-stops-nan" in self.faults:
            mask &= ~np.isnan(h)
        return mask


def truncation(faults):
    """How the way back through time is cut: ("steps", 5), ("chunks", 5), or (None, 0)."""
    words = faults.get("grad-truncated", "").split()
    if not words:
        return None, 0
    return ("steps", int(words[0])) if words[1] == "steps" else ("chunks", int(words[2]))
