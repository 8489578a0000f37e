"""How soon right runs of a training case part, told by the reference beside itself, off at random in every step.

It stands in for torch's own disturbed runs (training/expectation.py), by the same measure and for less; what is judged
of an implementation comes from torch's alone.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from conformance.adapters import adapt
from conformance.arguments import Array
from conformance.reference import RNN
from conformance.tolerance import PARTED, RULES
from conformance.training import learn
from conformance.training.task import Task

#: Half of torch's: measured on eight cases that part, these part at the same step as torch's, once a step later.
RUNS = 4


def steps_together(task: Task, losses: tuple[float, ...]) -> int:
    """How many steps the disturbed runs stay near the losses of the undisturbed one."""
    generator = np.random.default_rng(0)
    runs = [learn(adapt(_disturbed(task, generator), "the reference, disturbed"), task).losses for _ in range(RUNS)]
    deviation = 0.0
    for step, (loss, *others) in enumerate(zip(losses, *runs, strict=False)):
        deviation = float(np.max([deviation, *(abs(other - loss) for other in others)]))
        if not deviation <= PARTED * loss:
            return step
    return min(len(losses), *(len(run) for run in runs))


def _disturbed(task: Task, generator: np.random.Generator) -> type[RNN]:
    """The reference with parameters, states and upstream gradients off by the tolerance rule's units of rounding."""
    rule = RULES[task.case.dtype]
    size = rule.rounding_factor * rule.unit_roundoff

    def off(array: Array) -> Array:
        return (array * (1 + size * generator.uniform(-1, 1, array.shape))).astype(array.dtype)

    class Disturbed(RNN):
        def load_state_dict(self, state: Mapping[str, Array]) -> None:
            super().load_state_dict({name: off(value) for name, value in state.items()})

        def backward(self, grad_output: Array, grad_h_n: Array) -> dict[str, Array]:
            for scan in (scan for layer in self.scans for scan in layer):
                scan.h[...] = off(scan.h)
            return super().backward(off(grad_output), off(grad_h_n))

    return Disturbed
