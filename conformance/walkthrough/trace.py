"""What happens inside torch.nn.RNN at every step, which its answer alone does not show: told by the reference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from conformance.arguments import Arguments, Array
from conformance.case import Case
from conformance.question import build_reference
from conformance.quiet import quiet
from conformance.reference import Scan


@dataclass(frozen=True)
class Back:
    """The way back through one scan; step by step in the scan's own order of time, so to be read from the end."""

    dy: Array  # (T, B, H): from output, or from the layer above
    carry: Array  # (T, B, H): from the step that came after, at the last one from h_n
    da: Array  # (T, B, H)
    dh_0: Array  # (B, H): what is carried beyond the first step


@dataclass(frozen=True)
class ScanTrace:
    """One direction of one layer in float64, step by step in its own order; `times` are the time steps that it reads.

    `weights` are weight_ih and weight_hh, and with bias bias_ih and bias_hh. `back` is None where no gradients are
    asked for.
    """

    layer: int
    direction: str
    only: bool  # the layer has no other direction
    times: tuple[int, ...]
    names: tuple[str, ...]
    weights: tuple[Array, ...]
    relu: bool
    x: Array  # (T, B, n)
    h: Array  # (T+1, B, H): the states, the initial one first
    back: Back | None

    @property
    def name(self) -> str:
        """The name that users know it by."""
        return f"layer {self.layer}" if self.only else f"layer {self.layer}, {self.direction}"


def trace(case: Case, arguments: Arguments) -> tuple[ScanTrace, ...]:
    """Every scan in the order of h_0 and h_n: layer by layer, the forward direction first."""
    given = arguments.astype(np.float64)
    with quiet():
        network = build_reference(case)
        network.load_state_dict(given.parameters)
        network.forward(given.input, given.h_0)
        if case.asks == "gradients":
            network.backward(given.grad_output, given.grad_h_n)
        return tuple(
            _scan(case, scan, layer, tuple(network.parameters[name] for name in scan.names))
            for layer, scans in enumerate(network.scans)
            for scan in scans
        )


def _scan(case: Case, scan: Scan, layer: int, weights: tuple[Array, ...]) -> ScanTrace:
    """One scan, in copies."""
    steps = range(case.seq_len)
    return ScanTrace(
        layer=layer,
        direction="reverse" if scan.reverse else "forward",
        only=not case.bidirectional,
        times=tuple(reversed(steps)) if scan.reverse else tuple(steps),
        names=scan.names,
        weights=weights,
        relu=case.nonlinearity == "relu",
        x=scan.x.copy(),
        h=scan.h.copy(),
        back=_back(scan, weights[1]) if case.asks == "gradients" else None,
    )


def _back(scan: Scan, weight_hh: Array) -> Back:
    """The way back, with the carry that the reference does not keep."""
    carry = np.concatenate([scan.da[1:] @ weight_hh, scan.dh_n[np.newaxis]])
    return Back(dy=scan.dy.copy(), carry=carry, da=scan.da.copy(), dh_0=scan.dh_0.copy())


def time_major(case: Case, sequence: Array) -> Array:
    """A sequence as the caller lays it out, as (T, B, n)."""
    if case.batch_size is None:
        return sequence[:, np.newaxis]
    return sequence.swapaxes(0, 1) if case.batch_first else sequence


def with_batch(case: Case, states: Array) -> Array:
    """States as the caller lays them out, as (L*D, B, H)."""
    return states[:, np.newaxis] if case.batch_size is None else states
