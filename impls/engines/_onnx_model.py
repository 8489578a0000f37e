"""torch.nn.RNN as an ONNX model, one RNN node a layer: what onnx_runtime.py and onnx_reference.py run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from onnx import ModelProto, NodeProto, ValueInfoProto, helper, numpy_helper

Array = np.ndarray[Any, np.dtype[Any]]

ACTIVATIONS = {"tanh": "Tanh", "relu": "Relu"}


class OnnxNetwork:
    """torch's constructor and parameters, as ONNX has them: batch_first is layout=1, and both biases are in its B."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        bidirectional: bool = False,
    ) -> None:
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.activation, self.bias = ACTIVATIONS[nonlinearity], bias
        self.layout = int(batch_first)
        self.ends = ["", "_reverse"] if bidirectional else [""]

    def load_state_dict(self, state: dict[str, Array]) -> None:
        """Keep torch's parameters: they become constants of the model."""
        self.state = state

    def model(self, *, h_0: bool) -> ModelProto:
        """The model, with an input h_0 or without one: then the initial states are ONNX's own."""
        layers, directions = range(self.num_layers), len(self.ends)
        rows, width = [directions * self.num_layers, "B", self.hidden_size], directions * self.hidden_size
        batch = ["B", "T"] if self.layout else ["T", "B"]
        constants = [numpy_helper.from_array(np.array([0, 0, width]), "joined")]
        constants += [numpy_helper.from_array(array, name) for k in layers for name, array in self._parameters(k)]
        nodes = [node for k in layers for node in self._layer(k, h_0=h_0)]
        nodes.append(helper.make_node("Identity", [f"sequence_{layers[-1] + 1}"], ["output"]))
        nodes.append(helper.make_node("Concat", [f"h_n_{k}" for k in layers], ["h_n"], axis=0))
        inputs = [self._value("sequence_0", [*batch, self.input_size])]
        if h_0:
            nodes.insert(0, helper.make_node("Split", ["h_0"], [f"h_0_{k}" for k in layers], num_outputs=len(layers)))
            inputs.append(self._value("h_0", rows))
        outputs = [self._value("output", [*batch, width]), self._value("h_n", rows)]
        graph = helper.make_graph(nodes, "rnn", inputs, outputs, constants)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)

    def _layer(self, layer: int, *, h_0: bool) -> Iterator[NodeProto]:
        """One RNN node, and around it the moves of its axis for the directions, which torch does not have."""
        given, bias = f"h_0_{layer}" if h_0 else "", f"B_{layer}" if self.bias else ""
        if given and self.layout:  # the batch is first here too, but not in torch's h_0
            yield helper.make_node("Transpose", [given], [f"moved_{given}"], perm=[1, 0, 2])
            given = f"moved_{given}"
        yield helper.make_node(
            "RNN",
            [f"sequence_{layer}", f"W_{layer}", f"R_{layer}", bias, "", given],
            [f"states_{layer}", f"last_{layer}"],
            name=f"layer_{layer}",
            hidden_size=self.hidden_size,
            direction="forward" if len(self.ends) == 1 else "bidirectional",
            activations=[self.activation] * len(self.ends),
            layout=self.layout,
        )
        states, last = ([0, 1, 2, 3], [1, 0, 2]) if self.layout else ([0, 2, 1, 3], [0, 1, 2])
        yield helper.make_node("Transpose", [f"last_{layer}"], [f"h_n_{layer}"], perm=last)
        yield helper.make_node("Transpose", [f"states_{layer}"], [f"side_by_side_{layer}"], perm=states)
        yield helper.make_node("Reshape", [f"side_by_side_{layer}", "joined"], [f"sequence_{layer + 1}"])

    def _parameters(self, layer: int) -> Iterator[tuple[str, Array]]:
        """ONNX's W, R and B of a layer, a row for each direction."""
        ends = [f"l{layer}{end}" for end in self.ends]
        yield f"W_{layer}", np.stack([self.state[f"weight_ih_{end}"] for end in ends])
        yield f"R_{layer}", np.stack([self.state[f"weight_hh_{end}"] for end in ends])
        if self.bias:
            both = [np.concatenate([self.state[f"bias_ih_{end}"], self.state[f"bias_hh_{end}"]]) for end in ends]
            yield f"B_{layer}", np.stack(both)

    def _value(self, name: str, shape: list[Any]) -> ValueInfoProto:
        """An input or output of the model, in the parameters' dtype."""
        dtype = helper.np_dtype_to_tensor_dtype(self.state["weight_ih_l0"].dtype)
        return helper.make_tensor_value_info(name, dtype, shape)
