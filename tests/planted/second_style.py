"""A second RNN, written apart from conformance/reference in another style, that can be planted with faults.

`plant({})` is a right one: lists of columns (features, batch_size), time outermost where the directions allow it, gradients
added up step by step. `plant({"bias-hh-missing": None, "relu-leaky": 0.2})` has two faults; None stands for a fault's
default value, GRID holds them all. It imports nothing of the harness.
"""

import numpy as np
from planted import second_gradients, second_stack
from planted.second_cell import Cell
from planted.second_edges import Edges
from planted.second_grid import GRID, resolve

__all__ = ["GRID", "plant"]

KINDS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def plant(faults):
    """A class of RNNs with these faults, a dict from id to value; raises ValueError for one that is not in GRID."""
    planted = resolve(faults)
    return type("SecondRNN", (SecondRNN,), {"faults": planted, "__doc__": ", ".join(planted) or "A right one."})


class SecondRNN:
    """torch.nn.RNN's arguments; None stands for torch's default, so that a wrong default can be planted."""

    faults = {}  # noqa: RUF012 -- replaced as a whole, by plant

    def __init__(
        self,
        input_size,
        hidden_size,
        num_layers=1,
        nonlinearity=None,
        bias=True,
        batch_first=None,
        dropout=0.0,
        bidirectional=False,
    ):
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.directions = 2 if bidirectional else 1
        if nonlinearity is None:
            nonlinearity = "relu" if "default-nonlinearity-relu" in self.faults else "tanh"
        self.nonlinearity = "tanh" if "nonlinearity-ignored" in self.faults else nonlinearity
        if batch_first is None:
            batch_first = "default-batch-first" in self.faults
        self.batch_first = batch_first and "batch-first-ignored" not in self.faults
        self.first_batch = None  # the batch size of the first call
        self.last_states = None  # those of the latest call
        self.memory = None  # T, B and the layers of the call that backward is of
        self.earlier_gradients = {}
        self.parameters = self.drawn_parameters() if "parameters-ignored" in self.faults else {}

    # Parameters.

    def drawn_parameters(self):
        random = np.random.default_rng(3)
        shapes = {}
        for layer in range(self.num_layers):
            for end in ("", "_reverse")[: self.directions]:
                reads = self.input_size if layer == 0 else self.directions * self.hidden_size
                shapes[f"weight_ih_l{layer}{end}"] = (self.hidden_size, reads)
                shapes[f"weight_hh_l{layer}{end}"] = (self.hidden_size, self.hidden_size)
                if self.bias:
                    shapes[f"bias_ih_l{layer}{end}"] = shapes[f"bias_hh_l{layer}{end}"] = (self.hidden_size,)
        return {name: random.random(shape) - 0.5 for name, shape in shapes.items()}

    def load_state_dict(self, state):
        if "parameters-ignored" in self.faults:
            return
        kept = "weights-updated-in-backward" in self.faults
        self.parameters = {name: array if kept else array.copy() for name, array in state.items()}

    def scan_parameters(self, layer, direction):
        """The parameters of one layer in one direction, by name without suffix."""
        end = f"_l{layer}" + ("_reverse" if direction else "")
        return {k: np.asarray(self.parameters[k + end], self.dtype) for k in KINDS if k + end in self.parameters}

    def used_parameters(self, layer, direction):
        """Those that its forward reads."""
        if "reverse-shares-weights" in self.faults:
            direction = 0
        own = self.scan_parameters(layer, direction)
        shared = self.faults.get("layers-share-weights")
        if shared == "layer 1's" and layer > 1:
            return self.scan_parameters(1, direction)
        if shared == "layer 0's" and layer > 0:
            base = self.scan_parameters(0, direction)
            return {kind: base[kind] if base[kind].shape == own[kind].shape else own[kind] for kind in own}
        return own

    # The call.

    def forward(self, input, h_0=None):
        self.given_dtype = input.dtype
        self.dtype = np.dtype("float32") if "computes-in-float32" in self.faults else input.dtype
        self.edges = Edges(input.ndim == 3, self.batch_first, self.faults)
        self.h_0_given = h_0 is not None
        sequence = self.edges.sequence_in(input).astype(self.dtype)
        length, batch = sequence.shape[:2]
        layers = self.build(self.starts(h_0, batch))
        second_stack.run(layers, [x.T for x in sequence], self.faults)
        self.remember(length, batch, layers)
        if h_0 is not None and "h0-modified" in self.faults:
            h_0[: len(self.last_states)] = self.edges.state_out(self.last_states)
        if "input-modified" in self.faults:
            input[...] = 0.5
        return self.answer(layers)

    def starts(self, h_0, batch):
        """The initial states, as a list over layers and directions of columns."""
        rows = self.num_layers * self.directions
        if self.first_batch is None:
            self.first_batch = batch
        if h_0 is None or "h0-ignored" in self.faults:
            states = self.default_states((rows, batch, self.hidden_size))
        else:
            states = self.edges.h_0_in(h_0, rows, batch, self.hidden_size).astype(self.dtype)
        return [[self.start(states, layer, d) for d in range(self.directions)] for layer in range(self.num_layers)]

    def default_states(self, shape):
        kept = self.last_states if "state-kept-between-calls" in self.faults else None
        if kept is not None and kept.shape == shape:
            return kept.astype(self.dtype)
        constant = self.faults.get("h0-default-not-zero", 0)
        if "batch-size-remembered" in self.faults:
            made = np.full((shape[0], self.first_batch, shape[2]), constant, self.dtype)
            return np.broadcast_to(made, shape)
        return np.full(shape, constant, self.dtype)

    def start(self, states, layer, direction):
        """One scan's initial state, a column, from the rows of all."""
        if direction == 1 and "reverse-ignores-h0" in self.faults:
            return np.zeros_like(states[0].T)
        if "h0-first-layer-reused" in self.faults:
            layer = 0
        if "h0-forward-direction-reused" in self.faults:
            direction = 0
        row = layer * self.directions + direction
        if "h0-direction-major" in self.faults:
            row = direction * self.num_layers + layer
        return states[row].T.copy()

    def build(self, starts):
        """Layers of fresh cells."""
        layers = 1 if "num-layers-ignored" in self.faults else self.num_layers
        directions = 1 if "bidirectional-ignored" in self.faults else self.directions
        return [
            second_stack.Layer(
                [self.cell(layer, direction, starts[layer][direction]) for direction in range(directions)],
                self.faults,
                first=layer == 0,
                last=layer == layers - 1,
            )
            for layer in range(layers)
        ]

    def cell(self, layer, direction, start):
        own, used = self.scan_parameters(layer, direction), self.used_parameters(layer, direction)
        return Cell(own, used, start, self.nonlinearity, self.faults)

    def remember(self, length, batch, layers):
        """Keep what backward needs, and the last states."""
        self.last_states = np.stack([cell.states[-1].T for layer in layers for cell in layer.cells])
        stale = "stale-cache-in-backward" in self.faults
        if not stale or self.memory is None or self.memory[:2] != (length, batch):
            self.memory = (length, batch, layers)

    def answer(self, layers):
        """What forward returns."""
        told = layers[0] if "output-from-first-layer" in self.faults else layers[-1]
        output = np.stack([column.T for column in told.output(final=True)])
        single = len(layers) * len(layers[0].cells) == 1
        answers = [self.edges.output_out(output), self.edges.h_n_out(self.h_n(layers), single=single)]
        output, h_n = [array.astype(self.answer_dtype()) for array in answers]
        if "returns-list" in self.faults:
            output, h_n = output.tolist(), h_n.tolist()
        return output if "returns-output-only" in self.faults else (output, h_n)

    def answer_dtype(self):
        return np.dtype(self.faults.get("returns-wrong-dtype", self.given_dtype))

    def h_n(self, layers):
        """The rows of h_n, (L*D, B, hidden_size)."""
        early = "hn-reverse-from-last-step" in self.faults
        rows = [
            [cell.states[0 if early and direction == 1 else -1] for direction, cell in enumerate(layer.cells)]
            for layer in layers
        ]
        if "hn-last-layer-only" in self.faults:
            rows = rows[-1:]
        if "hn-direction-major" in self.faults:
            rows = zip(*rows)
        return np.stack([state.T for row in rows for state in row])

    # The way back.

    def backward(self, grad_output, grad_h_n):
        length, batch, layers = self.memory
        upstream = self.upstream_columns(grad_output)
        self.begin_back(layers, self.edges.state_in(grad_h_n, batch).astype(self.dtype))
        grad_input = np.stack([dx.T for dx in second_stack.back(layers, upstream, self.faults)])
        gradients = {"input": self.edges.grad_input_out(grad_input), **self.parameter_gradients(layers)}
        if self.h_0_given:
            gradients["h_0"] = self.edges.state_out(self.grad_starts(layers, batch))
        gradients = self.finish(gradients, length, batch)
        self.modify(grad_output, grad_h_n, gradients)
        return gradients

    def upstream_columns(self, grad_output):
        """The upstream gradient of output as a list over time of columns."""
        grads = self.edges.sequence_in(grad_output).astype(self.dtype)
        if "grad-upstream-ignored" in self.faults:
            grads = np.zeros_like(grads)
        if "grad-output-last-step-only" in self.faults:
            grads[:-1] = 0
        return [grad.T for grad in grads]

    def begin_back(self, layers, grad_h_n):
        """Hand every cell its row of the upstream gradient of h_n."""
        for number, layer in enumerate(layers):
            for direction, cell in enumerate(layer.cells):
                grad = grad_h_n[number * self.directions + direction].T
                cell.begin_back(np.zeros_like(grad) if "grad-hn-ignored" in self.faults else grad)

    def parameter_gradients(self, layers):
        """By torch's names; zeros for layers and directions that were not run."""
        gradients = {name: np.zeros(array.shape, self.dtype) for name, array in self.parameters.items()}
        for number, layer in enumerate(layers):
            for direction, cell in enumerate(layer.cells):
                end = f"_l{number}" + ("_reverse" if direction else "")
                gradients |= {kind + end: gradient for kind, gradient in cell.gradients.items()}
        return gradients

    def grad_starts(self, layers, batch):
        """The gradient of h_0, (L*D, B, hidden_size); zeros for layers and directions that were not run."""
        grads = np.zeros((self.num_layers * self.directions, batch, self.hidden_size), self.dtype)
        for number, layer in enumerate(layers):
            for direction, cell in enumerate(layer.cells):
                grads[number * self.directions + direction] = cell.grad_start().T
        return grads

    def finish(self, gradients, length, batch):
        """The gradients as they are returned."""
        gradients = second_gradients.turn(gradients, self.faults)
        gradients = second_gradients.average(gradients, length, batch, self.faults)
        gradients = second_gradients.clip(gradients, self.faults)
        if "grad-accumulated-between-calls" in self.faults:
            gradients = second_gradients.accumulate(gradients, self.earlier_gradients)
        gradients = second_gradients.drop(gradients, self.faults)
        return {name: gradient.astype(self.answer_dtype()) for name, gradient in gradients.items()}

    def modify(self, grad_output, grad_h_n, gradients):
        """Change what belongs to the caller, where that is the fault."""
        if "weights-updated-in-backward" in self.faults:
            rate = self.faults["weights-updated-in-backward"]
            for name in self.parameters.keys() & gradients.keys():
                self.parameters[name] -= rate * gradients[name]
        which = self.faults.get("upstream-modified")
        if which in ("output", "both"):
            grad_output[...] = 0.5
        if which in ("h_n", "both"):
            grad_h_n[...] = 0.5
