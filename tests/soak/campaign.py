"""Honest checks by the thousand through the harness's own judging path: every one that does not pass is a fault of it.

A failure is a false alarm; a suite error means that torch and the reference were not seen to agree.
"""

import random
from collections import Counter
from dataclasses import dataclass, field

from random_case import random_case
from variants import variants

from conformance.adapters import adapt
from conformance.oracle import oracle
from conformance.runner import Runner, Subject
from conformance.status import Status

DTYPES = ("float64", "float32")
VARIANTS_PER_CASE = 10


@dataclass
class Tally:
    """What a campaign found, per dtype: counts, the worst error over tolerance, and in words whatever did not pass."""

    counts: dict = field(default_factory=lambda: {dtype: Counter() for dtype in DTYPES})
    worst: dict = field(default_factory=lambda: dict.fromkeys(DTYPES, (0.0, "nothing")))
    not_passed: list = field(default_factory=list)

    def add(self, record):
        """Count one judged case."""
        self.counts[record.dtype][record.status] += 1
        where = f"{record.case} with {record.implementation}"
        for tensor, distance in record.distances.items():
            self.worst[record.dtype] = max(self.worst[record.dtype], (distance.ratio, f"{tensor} of {where}"))
        if record.status is not Status.PASS:
            self.not_passed.append(f"{where}: {record.status}: {record.why} {record.settings}")

    def lines(self):
        """The summary, a line a dtype."""
        return [
            f"{dtype}: {counts.total():,} honest checks, {counts.total() - counts[Status.PASS] - self.faults(dtype)} "
            f"false alarms, {self.faults(dtype)} suite errors, "
            f"worst error/tolerance {self.worst[dtype][0]:.3f} ({self.worst[dtype][1]})"
            for dtype, counts in self.counts.items()
        ]

    def faults(self, dtype):
        """How many checks met a suite error."""
        return self.counts[dtype][Status.SUITE_ERROR]


def run(checks, seed):
    """Judge this many honest (case, variant) pairs; every case meets several variants, the dtypes take turns."""
    subjects = [Subject(adapt(cls, name)) for name, cls in variants().items()]
    runner = Runner(oracle(), seed=seed)
    draw = random.Random(seed)
    tally = Tally()
    for start in range(0, checks, VARIANTS_PER_CASE):
        index = start // VARIANTS_PER_CASE
        case = random_case(seed, index, DTYPES[index % 2])
        for subject in draw.sample(subjects, min(VARIANTS_PER_CASE, checks - start)):
            tally.add(runner.record(case, subject))
    return tally
