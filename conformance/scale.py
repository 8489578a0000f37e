"""How far rounding moves each tensor: S of the tolerance rule, by running error analysis from the case's own numbers.

Every operation rounds its result by u times the absolute values that went into it, and hands on what its arguments
were already off by. Roundings are independent of one another, so their squares add: a spread here is such a sum of
squares, in units of u squared, carried through time, layers and the way back beside the numbers themselves. (Adding
absolute values instead grows without bound over long sequences and would hide faults.)
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from conformance.arguments import Array
from conformance.reference import RNN, Scan

#: Infinite and undefined numbers spread by arithmetic as everywhere; only those that are finite have a scale.
quiet = np.errstate(all="ignore")


@dataclass(frozen=True)
class _Spreads:
    """Of one scan's forward pass, in its own order of time."""

    inputs: Array  # (T, B, n)
    states: Array  # (T+1, B, H)
    slope: Array  # (T, B, H): f' itself, squared


@quiet
def scales(network: RNN, tensors: dict[str, Array]) -> dict[str, float]:
    """S for each tensor, from the trace of a forward and backward pass in float64 (DESIGN, section 6)."""
    found = {name: _greatest(array) for name, array in tensors.items()}
    forward = _forward_spreads(network)
    found["output"] = max(found["output"], *(_root(spreads.states) for spreads in forward[-1]))
    found["h_n"] = max(found["h_n"], *(_root(spreads.states) for layer in forward for spreads in layer))
    if "input" in tensors:
        found |= {name: max(found[name], s) for name, s in _gradient_scales(network, forward, found).items()}
    return {name: found[name] for name in tensors}


@quiet
def pre_activations(network: RNN, scan: Scan) -> Array:
    """What the nonlinearity was applied to, (T, B, H), in the scan's own time order."""
    w_ih, w_hh, *biases = (network.parameters[name] for name in scan.names)
    total: Array = scan.x @ w_ih.T + scan.h[:-1] @ w_hh.T + sum(biases)
    return total


@quiet
def pre_activation_sums(network: RNN, scan: Scan) -> Array:
    """The same with every term's absolute value."""
    w_ih, w_hh, *biases = (np.abs(network.parameters[name]) for name in scan.names)
    total: Array = np.abs(scan.x) @ w_ih.T + np.abs(scan.h[:-1]) @ w_hh.T + sum(biases)
    return total


def _forward_spreads(network: RNN) -> list[list[_Spreads]]:
    """What every state is off by: its pre-activation's own rounding and what input and state before brought along."""
    found: list[list[_Spreads]] = []
    inputs = np.zeros(())
    for layer in network.scans:
        found.append([_scan_spreads(network, scan, scan.turn(inputs) if found else inputs) for scan in layer])
        halves = [scan.turn(spreads.states[1:]) for scan, spreads in zip(layer, found[-1], strict=True)]
        inputs = np.concatenate(halves, axis=-1)
    return found


def _scan_spreads(network: RNN, scan: Scan, inputs: Array) -> _Spreads:
    """One scan; `inputs` is the spread of what it reads."""
    w_ih, w_hh = (network.parameters[name] ** 2 for name in scan.names[:2])
    inputs = np.broadcast_to(inputs, scan.x.shape)
    h = scan.h[1:]
    slope = ~(h <= 0) * 1.0 if network.nonlinearity == "relu" else (1 - h * h) ** 2
    pre = pre_activation_sums(network, scan) ** 2 + inputs @ w_ih.T
    steep, own, recurrent = slope != 0, h**2, w_hh.T
    states = np.zeros_like(scan.h)
    for t in range(len(h)):
        # As `_flattened` does, in place: this is where most of the time of a case would go.
        np.multiply(slope[t], pre[t] + states[t] @ recurrent, where=steep[t], out=states[t + 1])
        states[t + 1] += own[t]
    return _Spreads(inputs, states, slope)


def _gradient_scales(network: RNN, forward: list[list[_Spreads]], found: dict[str, float]) -> dict[str, float]:
    """S for the gradients of input, h_0 and the parameters."""
    size = network.hidden_size
    scales = {"h_0": 0.0} if "h_0" in found else {}
    above: Array = np.zeros((*forward[-1][0].states[1:].shape[:2], size * network.directions))
    for layer, layer_spreads in zip(reversed(network.scans), reversed(forward), strict=True):
        below: Array = np.zeros(())
        for d, (scan, spreads) in enumerate(zip(layer, layer_spreads, strict=True)):
            da, dh_0 = _carried_spreads(network, scan, spreads, scan.turn(above[..., d * size : (d + 1) * size]))
            scales |= _parameter_scales(scan, spreads, da, found)
            if "h_0" in scales:
                scales["h_0"] = max(scales["h_0"], _root(dh_0))
            w_ih = network.parameters[scan.names[0]]
            below = below + scan.turn(da @ w_ih**2 + (np.abs(scan.da) @ np.abs(w_ih)) ** 2)
        above = below
    return scales | {"input": _root(above)}


def _carried_spreads(network: RNN, scan: Scan, spreads: _Spreads, dy: Array) -> tuple[Array, Array]:
    """The spread of every da, (T, B, H), and of dh_0, (B, H); `dy` is that of what came from above.

    da = g f'(a) with g = dy + carry. Rounding moves f' = 1 - h^2 by u even where it is small itself, and by 2|h| times
    what h is off by; relu's f' is exact.
    """
    w_hh = network.parameters[scan.names[1]]
    carry = np.concatenate([scan.da[1:] @ w_hh, scan.dh_n[np.newaxis]])
    g = (np.abs(scan.dy) + np.abs(carry)) ** 2
    h = scan.h[1:]
    off = spreads.slope if network.nonlinearity == "relu" else 1 + 4 * h**2 * spreads.states[1:]
    dot = (np.abs(scan.da) @ np.abs(w_hh)) ** 2
    steep, own, recurrent = spreads.slope != 0, _flattened(off, g), w_hh**2
    da = np.zeros_like(scan.da)
    carried = np.zeros_like(scan.dh_n)
    for t in reversed(range(len(da))):
        np.multiply(spreads.slope[t], dy[t] + carried, where=steep[t], out=da[t])
        da[t] += own[t]
        carried = da[t] @ recurrent + dot[t]
    return da, carried


def _parameter_scales(scan: Scan, spreads: _Spreads, da: Array, found: dict[str, float]) -> dict[str, float]:
    """S for one scan's weights and biases: what their terms are off by, and the rounding of so long a sum."""
    rows = da.reshape(-1, da.shape[-1])
    own = scan.da.reshape(rows.shape) ** 2
    terms = math.sqrt(len(rows))
    scales = {}
    factors = ((scan.x, spreads.inputs), (scan.h[:-1], spreads.states[:-1]))
    for name, (factor, off) in zip(scan.names[:2], factors, strict=True):
        squares = factor.reshape(-1, factor.shape[-1]) ** 2
        spread = rows.T @ squares + own.T @ off.reshape(squares.shape)
        scales[name] = max(_root(spread), terms * max(_greatest(scan.da) * _greatest(factor), found[name]))
    for name in scan.names[2:]:
        scales[name] = max(_root(rows.sum(axis=0)), terms * max(_greatest(scan.da), found[name]))
    return scales


def _flattened(slope: Array, spread: Array) -> Array:
    """The product; where f is flat nothing gets through, however far off it is."""
    return np.multiply(slope, spread, where=slope != 0, out=np.zeros_like(slope))


def _root(spread: Array) -> float:
    """The greatest standard deviation."""
    return math.sqrt(_greatest(spread))


def _greatest(array: Array) -> float:
    """The greatest finite absolute value; 0 where there is none."""
    values = np.abs(array)
    return float(np.max(values, initial=0.0, where=np.isfinite(values)))
