"""Mistakes with the state: where a scan starts, what it carries, and what is kept from call to call."""

from __future__ import annotations

from typing import Any

import numpy as np

from conformance.faults.fault import Chapter
from conformance.reference import RNN, Array, Scan

CHAPTER = Chapter("forward")
fault = CHAPTER.fault


@fault(
    "parameters-ignored",
    "The parameters that are loaded are never read: it computes with numbers of its own.",
    hint="load_state_dict, or whatever hands the arrays over: does forward use the same attributes?",
)
class ParametersIgnored(RNN):
    def load_state_dict(self, state: Any) -> None:
        super().load_state_dict({name: np.cos(np.arange(a.size)).reshape(a.shape) for name, a in state.items()})


@fault(
    "state-not-carried",
    "The state is never carried: every time step starts from the initial state again.",
    hint="The loop over time: h must be assigned inside it, and read by the next step.",
)
class StateNotCarried(RNN):
    def _run(self, scan: Scan) -> None:
        weight_hh_t = self._weight_hh_t(scan)
        for _, state in scan.steps:
            self._step(scan.h[0], state, weight_hh_t)


@fault(
    "h0-default-not-zero",
    "Without h_0 it starts from states of {start_value}, not of zero.",
    hint="What the initial state is when no h_0 is given.",
    start_value=(1.0, 0.5, 0.1, 0.01, -1.0),
)
class H0DefaultNotZero(RNN):
    start_value: float

    def _start(self, initial: Array | None) -> None:
        super()._start(np.full(_shape(self), self.start_value, self.dtype) if initial is None else initial)


@fault(
    "batch-size-remembered",
    "The batch size of the first call is remembered: a later call with another one fails.",
    hint="An attribute that is set at the first call only; the batch size belongs to each call's input.",
)
class BatchSizeRemembered(RNN):
    first_batch_size: int | None = None

    def _start(self, initial: Array | None) -> None:
        rows, batch_size, size = _shape(self)
        self.first_batch_size = batch_size if self.first_batch_size is None else self.first_batch_size
        super()._start(np.zeros((rows, self.first_batch_size, size), self.dtype) if initial is None else initial)


@fault(
    "state-kept-between-calls",
    "The state is kept between calls: without h_0 a call goes on where the one before it ended.",
    hint="An attribute such as self.h that forward both reads and sets; start from zeros in every call.",
)
class StateKeptBetweenCalls(RNN):
    last_states: Array | None = None

    def _start(self, initial: Array | None) -> None:
        fits = self.last_states is not None and self.last_states.shape == _shape(self)
        super()._start(self.last_states if initial is None and fits else initial)

    def _final_states(self) -> Array:
        self.last_states = super()._final_states()
        return self.last_states.copy()


@fault(
    "h0-first-layer-reused",
    "Every layer starts from the first layer's h_0.",
    hint="Which row of h_0 a layer takes: layer * directions + direction.",
)
class H0FirstLayerReused(RNN):
    def _start(self, initial: Array | None) -> None:
        if initial is not None:
            rows = _by_layer(self, initial)
            initial = np.broadcast_to(rows[:1], rows.shape).reshape(initial.shape)
        super()._start(initial)


@fault(
    "h0-forward-direction-reused",
    "The reverse direction starts from the forward direction's h_0.",
    hint="Which row of h_0 a direction takes: layer * 2 + direction.",
)
class H0ForwardDirectionReused(RNN):
    def _start(self, initial: Array | None) -> None:
        if initial is not None:
            rows = _by_layer(self, initial)
            initial = np.broadcast_to(rows[:, :1], rows.shape).reshape(initial.shape)
        super()._start(initial)


@fault(
    "h0-direction-major",
    "h_0 is read direction by direction; its rows are ordered layer by layer, with both directions of each.",
    hint="Which row of h_0 a scan takes: layer * 2 + direction, not direction * num_layers + layer.",
)
class H0DirectionMajor(RNN):
    def _start(self, initial: Array | None) -> None:
        if initial is not None:
            rows = initial.reshape(self.directions, self.num_layers, *initial.shape[1:])
            initial = rows.swapaxes(0, 1).reshape(initial.shape)
        super()._start(initial)


@fault(
    "reverse-ignores-h0",
    "The reverse direction ignores its h_0 and starts from zeros.",
    hint="The initial state of the reverse direction: rows 1, 3, ... of h_0.",
)
class ReverseIgnoresH0(RNN):
    def _start(self, initial: Array | None) -> None:
        if initial is not None:
            initial = initial.copy()
            _by_layer(self, initial)[:, 1:] = 0.0
        super()._start(initial)


@fault(
    "h0-ignored",
    "h_0 is accepted and ignored: every scan starts from zeros.",
    hint="The initial state: is the argument used where it is given?",
)
class H0Ignored(RNN):
    def _start(self, initial: Array | None) -> None:  # noqa: ARG002 -- the mistake
        super()._start(None)


@fault(
    "hn-last-layer-only",
    "h_n holds the last layer's states alone; it has a row for every layer and direction.",
    hint="What h_n is made of: the last state of every layer.",
)
class HnLastLayerOnly(RNN):
    def _final_states(self) -> Array:
        return super()._final_states()[-self.directions :]


@fault(
    "hn-direction-major",
    "h_n's rows are ordered direction by direction, but should be layer by layer, with both directions of each.",
    hint="The order in which last states are put together: layer * 2 + direction.",
)
class HnDirectionMajor(RNN):
    def _final_states(self) -> Array:
        states = super()._final_states()
        if len(states) != self.num_layers * self.directions:
            return states
        return states.reshape(self.num_layers, self.directions, *states.shape[1:]).swapaxes(0, 1).reshape(states.shape)


@fault(
    "hn-reverse-from-last-step",
    "h_n's reverse rows are taken at the last time step, where the reverse direction has only begun.",
    hint="The reverse direction ends at time step 0: its last state is output[0], not output[-1].",
)
class HnReverseFromLastStep(RNN):
    def _final_state(self, scan: Scan) -> Array:
        if not scan.reverse:
            return super()._final_state(scan)
        first: Array = scan.h[1]
        return first


def _shape(network: RNN) -> tuple[int, int, int]:
    """(L*D, B, H) of the call in progress."""
    _, batch_size, size = network.scans[0][0].da.shape
    return network.num_layers * network.directions, batch_size, size


def _by_layer(network: RNN, states: Array) -> Array:
    """(L*D, B, H) as a view (L, D, B, H)."""
    return states.reshape(network.num_layers, network.directions, *states.shape[1:])
