"""What the reference sees in a case, for the adequacy checks."""

from __future__ import annotations

import numpy as np

from conformance.arguments import Arguments, Array, draw
from conformance.case import Case
from conformance.kink import margins, near_kink
from conformance.lint.adequacy import Evidence
from conformance.question import REDRAWS, build_reference
from conformance.reference import RNN
from conformance.scale import pre_activation_sums, pre_activations
from conformance.tolerance import RULES

#: By how much a parameter is moved: about as much as its own values, so that none is missed for being small.
STEP = 0.1


def gather(case: Case, seed: int) -> Evidence:
    """Run the reference in float64 on the draw that a run with this seed would use, and on it with parameters moved."""
    network, arguments = build_reference(case), draw(case, seed).astype(np.float64)
    results = _run(network, arguments)
    for redraw in range(1, REDRAWS):
        if case.nonlinearity != "relu" or not near_kink(network, case.dtype):
            break
        arguments = draw(case, seed, redraw).astype(np.float64)
        results = _run(network, arguments)
    scans = [scan for layer in network.scans for scan in layer]
    sums = [pre_activation_sums(network, scan).ravel() for scan in scans]
    states = [scan.h[1:].ravel() for scan in scans]
    values = [pre_activations(network, scan).ravel() for scan in scans]
    return Evidence(
        parameters=arguments.parameters,
        states=np.concatenate(states),
        pre_activations=np.concatenate(values),
        reach=margins(np.concatenate(sums), case.dtype),
        resolution=RULES[case.dtype].rounding_allowed(max(_greatest(array) for array in sums)),
        moved={name: _move(case, arguments, results, name) for name in arguments.parameters},
    )


def _move(case: Case, arguments: Arguments, results: Array, name: str) -> float:
    """How far the results move when every element of a parameter does."""
    moved = arguments.copy()
    moved.parameters[name] += STEP
    with np.errstate(invalid="ignore"):
        return _greatest(_run(build_reference(case), moved) - results)


def _run(network: RNN, arguments: Arguments) -> Array:
    """Output and h_n, end to end."""
    network.load_state_dict(arguments.parameters)
    return np.concatenate([array.ravel() for array in network.forward(arguments.input, arguments.h_0)])


def _greatest(array: Array) -> float:
    """The greatest absolute value among those that are finite."""
    values = np.abs(array)
    return float(np.max(values, initial=0.0, where=np.isfinite(values)))
