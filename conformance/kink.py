"""The kink of relu: near zero, rounding alone could change a pre-activation's sign, and gradients altogether."""

from __future__ import annotations

import numpy as np

from conformance.arguments import Array
from conformance.reference import RNN
from conformance.scale import pre_activation_sums, pre_activations
from conformance.tolerance import KINK_ROUNDINGS, RULES


def near_kink(network: RNN, dtype: str) -> bool:
    """Whether rounding in this dtype could change the sign of a pre-activation of the network's latest call."""
    scans = (scan for layer in network.scans for scan in layer)
    return any(
        np.any(near(pre_activations(network, scan), margins(pre_activation_sums(network, scan), dtype)))
        for scan in scans
    )


def margins(sums: Array, dtype: str) -> Array:
    """How far from zero pre-activations must be, from the absolute sums of their terms (contract: section 4.3).

    Below the smallest normal number rounding is no longer relative. A sum without terms is exactly zero for everyone.
    """
    smallest = np.finfo(dtype).smallest_normal
    return np.where(sums > 0, KINK_ROUNDINGS * RULES[dtype].unit_roundoff * np.maximum(sums, smallest), 0.0)


def near(values: Array, margin: Array) -> Array:
    """Which pre-activations are too near; infinite and undefined ones have no sign to lose."""
    return np.asarray((np.abs(values) <= margin) & (margin > 0) & np.isfinite(values))
