"""Honest checks by the thousand through the harness's own judging path: every one that fails is a false alarm."""

import random
from collections import Counter
from dataclasses import dataclass, field

from conformance.adapters import adapt
from conformance.oracle import oracle
from conformance.runner import Runner, Subject
from conformance.status import Status
from random_case import random_case
from variants import variants

DTYPES = ("float64", "float32")
VARIANTS_PER_CASE = 10


@dataclass
class Tally:
    """What a campaign found, per dtype: checks, the worst error over tolerance, and false alarms in words."""

    checks: Counter = field(default_factory=Counter)
    worst: dict = field(default_factory=lambda: dict.fromkeys(DTYPES, (0.0, "")))
    alarms: list = field(default_factory=list)

    def add(self, record):
        """Count one judged case."""
        self.checks[record.dtype] += 1
        where = f"{record.case} with {record.implementation}"
        for tensor, distance in record.distances.items():
            self.worst[record.dtype] = max(self.worst[record.dtype], (distance.ratio, f"{tensor} of {where}"))
        if record.status is not Status.PASS:
            self.alarms.append(f"{where}: {record.status}: {record.why} {record.settings}")

    def lines(self):
        """The summary, a line a dtype."""
        alarms = Counter(next(d for d in DTYPES if f"/{d} " in alarm) for alarm in self.alarms)
        return [
            f"{dtype}: {self.checks[dtype]} checks, {alarms[dtype]} false alarms, "
            f"worst error/tolerance {self.worst[dtype][0]:.3f} ({self.worst[dtype][1]})"
            for dtype in DTYPES
        ]


def run(checks, seed):
    """Judge this many honest (case, variant) pairs; every case meets several variants, both dtypes in turn."""
    subjects = [Subject(adapt(cls, name)) for name, cls in variants().items()]
    runner = Runner(oracle(), seed=seed)
    draw = random.Random(seed)
    tally = Tally()
    for number in range(checks):
        if number % VARIANTS_PER_CASE == 0:
            index = number // VARIANTS_PER_CASE
            case = random_case(seed, index, DTYPES[index % 2])
        tally.add(runner.record(case, draw.choice(subjects)))
    return tally
