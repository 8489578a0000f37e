"""What the reference RNN holds: its arguments, its parameters, and the arrays each scan works in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from conformance.reference.checks import check_construction, check_state
from conformance.reference.sums import product

Array = npt.NDArray[Any]
Product = Callable[..., Array]


@dataclass(eq=False)
class Scan:
    """One direction of one layer: what it read, made and was given back, in its own order of time.

    All arrays hold until the next call; dy, dh_n, da and dh_0 stand there after backward.
    """

    names: tuple[str, ...]  # weight_ih, weight_hh and, with bias, bias_ih and bias_hh
    reverse: bool
    h: Array  # (T+1, B, H): the states, the initial one first
    da: Array  # (T, B, H): the gradient of a
    dh_0: Array  # (B, H): the gradient of the initial state
    x: Array = field(init=False)  # (T, B, n): the layer's input
    dy: Array = field(init=False)  # (T, B, H): the upstream gradient of h[1:]
    dh_n: Array = field(init=False)  # (B, H): the upstream gradient of the last state
    # The same memory, cut up once and not at every call.
    states: Array = field(init=False)  # h[1:] as rows
    steps: list[tuple[Array, Array]] = field(init=False)  # every h_{t-1} with its h_t
    steps_back: list[Array] = field(init=False)  # every da_t, the last first

    def turn(self, sequence: Array) -> Array:
        """A sequence in natural order in this scan's order, or back: turned twice it is itself."""
        return sequence[::-1] if self.reverse else sequence

    def rows(self, sequence: Array) -> Array:
        """(T, B, n) in this scan's order as the rows (T*B, n) of one matrix, in natural order; no copy of h and da."""
        return self.turn(sequence).reshape(-1, sequence.shape[-1])


class Network:
    """torch.nn.RNN's arguments, parameters and layouts, without the arithmetic."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
    ) -> None:
        check_construction(input_size, hidden_size, num_layers, nonlinearity, bias, batch_first, dropout)
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.nonlinearity = nonlinearity
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = float(dropout)
        self.bidirectional = bidirectional
        self.directions = 2 if bidirectional else 1
        self.parameters: dict[str, Array] = {}
        self.dtype: np.dtype[Any] | None = None
        self.scans: list[list[Scan]] = []
        # Of the latest call.
        self.batched = True
        self.h_0_given = False
        self.result_shapes: dict[str, tuple[int, ...]] = {}

    def parameter_names(self, layer: int, direction: int) -> tuple[str, ...]:
        """The names of one scan's parameters, in torch's order."""
        kinds = ("weight_ih", "weight_hh", "bias_ih", "bias_hh") if self.bias else ("weight_ih", "weight_hh")
        return tuple(f"{kind}_l{layer}{'_reverse' if direction else ''}" for kind in kinds)

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of every parameter, by torch's names and in torch's order."""
        shapes: dict[str, tuple[int, ...]] = {}
        hidden = self.hidden_size
        for layer in range(self.num_layers):
            width = self.input_size if layer == 0 else self.directions * hidden
            for direction in range(self.directions):
                names = self.parameter_names(layer, direction)
                shapes |= zip(names, ((hidden, width), (hidden, hidden), (hidden,), (hidden,)), strict=False)
        return shapes

    def load_state_dict(self, state: Mapping[str, Array]) -> None:
        """Take copies of all parameters, by torch's names and of one dtype, in which everything is then computed.

        Raises RuntimeError for other names, shapes or dtypes.
        """
        shapes = self.parameter_shapes()
        check_state(state, shapes)
        self.parameters = {name: np.array(state[name], order="C") for name in shapes}
        self.dtype = next(iter(self.parameters.values())).dtype
        self.zero, self.one = np.zeros((), self.dtype), np.ones((), self.dtype)
        # With more than one hidden unit no factor of a step's product is 1 x 1, and NumPy's own is right and quicker.
        self.step_product: Product = product if self.hidden_size == 1 else np.ndarray.dot
        self.scans, self.result_shapes = [], {}

    def make_room(self, seq_len: int, batch_size: int) -> None:
        """Working arrays for every scan; those of the call before serve again where the sizes are the same."""
        shape = (seq_len, batch_size, self.hidden_size)
        if not self.scans or self.scans[0][0].da.shape != shape:
            self.scans = [
                [self._scan(layer, direction, shape) for direction in range(self.directions)]
                for layer in range(self.num_layers)
            ]

    def _scan(self, layer: int, direction: int, shape: tuple[int, int, int]) -> Scan:
        """One scan's arrays, in natural order in memory, so that the rows of a whole sequence are one matrix."""
        seq_len, *state = shape
        h, da = np.empty((seq_len + 1, *state), self.dtype), np.empty(shape, self.dtype)
        names, reverse = self.parameter_names(layer, direction), self._reads_backwards(direction)
        scan = Scan(names, reverse, h, da, np.empty(state, self.dtype))
        scan.h, scan.da = scan.turn(h), scan.turn(da)
        scan.states = scan.rows(scan.h[1:])
        scan.steps = list(zip(scan.h[:-1], scan.h[1:], strict=True))
        scan.steps_back = list(scan.da[::-1])
        return scan

    def each_scan(self) -> list[Scan]:
        """All scans in the order of h_0 and h_n: layer by layer, the forward direction first."""
        return [scan for layer in self.scans for scan in layer]

    def _reads_backwards(self, direction: int) -> bool:
        """Whether this direction's scans read the sequence from its end."""
        return direction == 1

    def _names(self, scan: Scan) -> tuple[str, ...]:
        """The names of the parameters that one scan's forward reads."""
        return scan.names

    def _weight_ih_t(self, scan: Scan) -> Array:
        """(n, H), for forward."""
        return self.parameters[self._names(scan)[0]].T

    def _weight_hh_t(self, scan: Scan) -> Array:
        """(H, H), for forward."""
        return self.parameters[self._names(scan)[1]].T

    def _bias_ih(self, scan: Scan) -> Array:
        """(H)."""
        return self.parameters[self._names(scan)[2]]

    def _bias_hh(self, scan: Scan) -> Array:
        """(H)."""
        return self.parameters[self._names(scan)[3]]

    def _both_biases(self, scan: Scan) -> Array:
        """(H); there are two because torch has two, each a parameter of its own."""
        return self._bias_ih(scan) + self._bias_hh(scan)

    def _weight_ih(self, scan: Scan) -> Array:
        """(H, n), for backward."""
        return self.parameters[scan.names[0]]

    def _weight_hh(self, scan: Scan) -> Array:
        """(H, H), for backward."""
        return self.parameters[scan.names[1]]

    def _time_major(self, sequence: Array) -> Array:
        """A sequence as the caller lays it out, as (T, B, n)."""
        if not self.batched:
            return sequence[:, np.newaxis]
        return sequence.swapaxes(0, 1) if self.batch_first else sequence

    def _as_called(self, sequence: Array) -> Array:
        """A sequence (T, B, n), as the caller lays it out."""
        if not self.batched:
            return sequence[:, 0]
        return sequence.swapaxes(0, 1) if self.batch_first else sequence

    def _with_batch(self, states: Array) -> Array:
        """States as the caller lays them out, as (L*D, B, H); batch_first does not apply to them."""
        return states if self.batched else states[:, np.newaxis]

    def _without_batch(self, states: Array) -> Array:
        """States (L*D, B, H), as the caller lays them out."""
        return states if self.batched else states[:, 0]
