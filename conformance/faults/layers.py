"""Mistakes with layers and directions: who reads what, who shares what, and how halves are joined."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from conformance.faults.fault import Chapter
from conformance.reference import RNN, Array, Scan

CHAPTER = Chapter("forward")
fault = CHAPTER.fault

#: In which layers a mistake is made that one author makes for each layer and another only for what is returned.
PLACES = ("every layer", "output alone")


class _Smaller(RNN):
    """A network with fewer scans than it is handed parameters and initial states for: it takes the first of them."""

    def load_state_dict(self, state: Any) -> None:
        super().load_state_dict({name: state[name] for name in self.parameter_shapes() if name in state})

    def forward(self, input: Array, h_0: Array | None = None) -> tuple[Array, Array]:  # noqa: A002
        return super().forward(input, None if h_0 is None else h_0[: self.num_layers * self.directions])


@fault(
    "num-layers-ignored",
    "num_layers is accepted and ignored: there is one layer.",
    hint="The loop over layers.",
)
class NumLayersIgnored(_Smaller):
    def __init__(self, *sizes: Any, num_layers: int = 1, **arguments: Any) -> None:  # noqa: ARG002 -- the mistake
        super().__init__(*sizes, **arguments)


@fault(
    "bidirectional-ignored",
    "bidirectional is accepted and ignored: there is the forward direction alone.",
    hint="A second direction with parameters of its own (..._reverse), which reads the sequence from its end.",
)
class BidirectionalIgnored(_Smaller):
    def __init__(self, *sizes: Any, bidirectional: bool = False, **arguments: Any) -> None:  # noqa: ARG002
        super().__init__(*sizes, **arguments)


@fault(
    "layers-share-weights",
    "Layers share their weights: {shared} serve every layer above it.",
    hint="One cell object that is put into the list of layers several times, or an index that is never raised.",
    shared=("layer 1's", "layer 0's"),
)
class LayersShareWeights(RNN):
    shared: str

    def _names(self, scan: Scan) -> tuple[str, ...]:
        names = super()._names(scan)
        least = 1 if self.shared == "layer 1's" else 0
        first = tuple(re.sub(r"_l\d+", f"_l{least}", name) for name in names)
        if scan in self.scans[0] or scan in self.scans[least]:
            return names
        fits = self.parameters[first[0]].shape == self.parameters[names[0]].shape
        return first if fits else (names[0], *first[1:])


@fault(
    "reverse-shares-weights",
    "The reverse direction uses the forward direction's parameters.",
    hint="The reverse direction has parameters of its own, named ..._reverse.",
)
class ReverseSharesWeights(RNN):
    def _names(self, scan: Scan) -> tuple[str, ...]:
        return tuple(name.removesuffix("_reverse") for name in super()._names(scan))


@fault(
    "reverse-not-reversed",
    "The reverse direction reads the sequence forwards.",
    hint="The loop of the reverse direction: from the last time step to the first.",
)
class ReverseNotReversed(RNN):
    def _reads_backwards(self, direction: int) -> bool:  # noqa: ARG002 -- the mistake
        return False


@fault(
    "layer-reads-input-again",
    "Every layer reads the network's input, but should read the output of the layer below.",
    hint="What a layer above the first is given: the output of the one below it.",
)
class LayerReadsInputAgain(RNN):
    network_input: Array

    def _run_layer(self, layer: list[Scan], x: Array) -> Array:
        self.network_input = x if layer is self.scans[0] else self.network_input
        return super()._run_layer(layer, self.network_input)


@fault(
    "output-shifted",
    "Output is a time step late, in {shifted}: it begins with the initial state and lacks the last one.",
    hint="A state is stored before it is updated, or the wrong slice of the states, [:-1] for [1:], is returned.",
    shifted=PLACES[::-1],
)
class OutputShifted(RNN):
    shifted: str

    def _states(self, scan: Scan) -> Array:
        return scan.turn(scan.h[:-1]) if _acts(self, scan, self.shifted) else super()._states(scan)


@fault(
    "output-includes-h0",
    "Output includes the initial state: it has a time step too many.",
    hint="The list of states begins with h_0; output is what follows it.",
)
class OutputIncludesH0(RNN):
    def _states(self, scan: Scan) -> Array:
        return scan.turn(scan.h) if scan in self.scans[-1] else super()._states(scan)


@fault(
    "output-aliases-last-state",
    "In {aliased} every time step is the last state: one array was stored again and again, and changed afterwards.",
    hint="The state is updated in place and appended without a copy.",
    aliased=PLACES[::-1],
)
class OutputAliasesLastState(RNN):
    aliased: str

    def _states(self, scan: Scan) -> Array:
        if not _acts(self, scan, self.aliased):
            return super()._states(scan)
        return np.broadcast_to(scan.h[-1], scan.h[1:].shape)


@fault(
    "reverse-not-restored",
    "The reverse direction's states stay in the order in which they were made, in {unrestored}.",
    hint="Turn the reverse direction's states back along time, before they are joined with the forward's.",
    unrestored=PLACES,
)
class ReverseNotRestored(RNN):
    unrestored: str

    def _states(self, scan: Scan) -> Array:
        return scan.h[1:] if _acts(self, scan, self.unrestored) else super()._states(scan)


@fault(
    "directions-swapped",
    "The halves are swapped in {swapped}: the reverse direction stands first.",
    hint="The order of the two when they are joined: forward, then reverse.",
    swapped=PLACES,
)
class DirectionsSwapped(RNN):
    swapped: str

    def _join(self, layer: list[Scan]) -> Array:
        return super()._join(layer[::-1] if _acts(self, layer[0], self.swapped) else layer)


@fault(
    "directions-summed",
    "The directions' {total} is returned, but they should stand side by side.",
    hint="Join both directions along the features: output has 2 * hidden_size of them.",
    total=("sum", "mean"),
)
class DirectionsSummed(RNN):
    total: str

    def _join(self, layer: list[Scan]) -> Array:
        if len(layer) == 1:
            return super()._join(layer)
        both = self._states(layer[0]) + self._states(layer[1])
        return both / 2 if self.total == "mean" else both


@fault(
    "directions-interleaved-without-transpose",
    "The directions were stacked before the batch axis and reshaped without moving it, in {reshaped}, so that halves "
    "of different sequences stand side by side.",
    hint="(T, D, B, H) becomes (T, B, D*H) only when D is moved beside H before the reshape.",
    reshaped=PLACES,
)
class DirectionsInterleaved(RNN):
    reshaped: str

    def _join(self, layer: list[Scan]) -> Array:
        joined = super()._join(layer)
        if joined.shape[2] != 2 * self.hidden_size or not _acts(self, layer[0], self.reshaped):
            return joined
        halves = joined.reshape(*joined.shape[:2], 2, self.hidden_size)
        return halves.swapaxes(1, 2).reshape(joined.shape)


@fault(
    "reverse-overwrites-output",
    "The reverse direction writes over the forward direction's half of output; {rest}.",
    hint="Where each direction's states are stored: the forward's in the first half, the reverse's in the second.",
    rest=("the second half stays zero", "there is no second half"),
)
class ReverseOverwritesOutput(RNN):
    rest: str

    def _join(self, layer: list[Scan]) -> Array:
        if len(layer) == 1:
            return super()._join(layer)
        reverse = self._states(layer[1])
        if self.rest == "there is no second half":
            return reverse.copy()
        return np.concatenate([reverse, np.zeros_like(reverse)], axis=2)


def _acts(network: RNN, scan: Scan, where: str) -> bool:
    """Whether a mistake is made in the layer of this scan."""
    return where == "every layer" or scan in network.scans[-1]
