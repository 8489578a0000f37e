"""How large the sums behind each tensor are: S of the tolerance rule, from the case's own absolute values."""

from __future__ import annotations

import math

import numpy as np

from conformance.arguments import Array
from conformance.reference import RNN, Scan


def scales(network: RNN, tensors: dict[str, Array]) -> dict[str, float]:
    """S for each tensor, from the trace of a forward and backward pass in float64 (DESIGN, section 6).

    Gradients use e = |upstream| + |carry| before the multiplication by the derivative: where that is small, the
    rounding of what it multiplies still is not.
    """
    found = {name: _greatest(array) for name, array in tensors.items()}
    state = max(_greatest(pre_activation_sums(network, scan)) for layer in network.scans for scan in layer)
    for name in ("output", "h_n"):
        found[name] = max(found[name], state)
    if "input" in tensors:
        found |= _gradient_scales(network, found)
    return found


def pre_activations(network: RNN, scan: Scan) -> Array:
    """What the nonlinearity was applied to, (T, B, H), in the scan's own time order."""
    w_ih, w_hh, *biases = (network.parameters[name] for name in scan.names)
    total: Array = scan.x @ w_ih.T + scan.h[:-1] @ w_hh.T + sum(biases)
    return total


def pre_activation_sums(network: RNN, scan: Scan) -> Array:
    """The same with every term's absolute value."""
    w_ih, w_hh, *biases = (np.abs(network.parameters[name]) for name in scan.names)
    total: Array = np.abs(scan.x) @ w_ih.T + np.abs(scan.h[:-1]) @ w_hh.T + sum(biases)
    return total


def _gradient_scales(network: RNN, found: dict[str, float]) -> dict[str, float]:
    """S for the gradients of input, h_0 and the parameters."""
    scales = {"input": found["input"]}
    if "h_0" in found:
        scales["h_0"] = found["h_0"]
    for number, layer in enumerate(network.scans):
        into_input = []
        for direction, scan in enumerate(layer):
            e = _carried(network, scan) * _sharpness(network, scan)
            w_ih, w_hh = (np.abs(network.parameters[name]) for name in scan.names[:2])
            scales |= _parameter_scales(scan, e, found)
            if "h_0" in found:
                scales["h_0"] = max(scales["h_0"], _greatest(e[:1] @ w_hh))
            step = -1 if direction else 1
            into_input.append((e @ w_ih)[::step])
        if number == 0:
            scales["input"] = max(scales["input"], _greatest(sum(into_input[1:], into_input[0])))
    return scales


def _carried(network: RNN, scan: Scan) -> Array:
    """|upstream| + |carry| at every step, (T, B, H)."""
    w_hh = network.parameters[scan.names[1]]
    carry = np.concatenate([scan.da[1:] @ w_hh, scan.dh_n[np.newaxis]])
    total: Array = np.abs(scan.dy) + np.abs(carry)
    return total


def _sharpness(network: RNN, scan: Scan) -> Array:
    """How far rounding inside a pre-activation moves the derivative, in units of its own rounding; at least 1.

    da = g f'(a), and a is only known to within u times its absolute sum A, which moves f'(a) by |f''(a)| A u. It matters
    where A is large and the unit still is not saturated: large inputs that happen to cancel. relu has f'' = 0.
    """
    if network.nonlinearity == "relu":
        return np.ones_like(scan.da)
    h = scan.h[1:]
    bend = 2 * np.abs(h) * (1 - h * h)
    sharpness: Array = np.maximum(1.0, bend * pre_activation_sums(network, scan))
    return sharpness


def _parameter_scales(scan: Scan, e: Array, found: dict[str, float]) -> dict[str, float]:
    """S for one direction's weights and biases: sums over time and batch grow with the root of their length."""
    terms = math.sqrt(e.shape[0] * e.shape[1])
    factors = [_greatest(scan.x), _greatest(scan.h[:-1]), 1.0, 1.0]
    return {
        name: terms * max(_greatest(e) * factor, found[name]) for name, factor in zip(scan.names, factors, strict=False)
    }


def _greatest(array: Array) -> float:
    """The greatest finite absolute value; 0 where there is none."""
    values = np.abs(array)
    return float(np.max(values, initial=0.0, where=np.isfinite(values)))
