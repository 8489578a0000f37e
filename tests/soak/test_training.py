"""The training cases under honest variants: none may be found wrong, whatever the run's seed.

One check in three hundred of `RNN_CONFORMANCE_SOAK_CHECKS` for each case (33 of 10,000, 1 in CI), each time with
another seed of the run for every three variants, so that the bounds are drawn anew too.
"""

import os
import random

import pytest
from variants import variants

from conformance.adapters import adapt
from conformance.oracle import oracle
from conformance.runner import Runner, Subject
from conformance.status import Status
from conformance.sweep import suite

CHECKS = max(1, int(os.environ.get("RNN_CONFORMANCE_SOAK_CHECKS", "10000")) // 300)
SEED = int(os.environ.get("RNN_CONFORMANCE_SOAK_SEED", "0"))
VARIANTS_PER_SEED = 3
OURS = [case for case in suite.load(suite.find_cases()).cases if case.asks == "training"]


@pytest.mark.parametrize("case", OURS, ids=lambda case: case.id)
def test_no_honest_variant_learns_otherwise(case, capsys):
    chosen = random.Random(f"{SEED}|{case.id}").sample(sorted(variants().items()), CHECKS)
    worst, runner = 0.0, None
    for number, (name, network) in enumerate(chosen):
        if number % VARIANTS_PER_SEED == 0:
            runner = Runner(oracle(), seed=SEED + number)
        record = runner.record(case, Subject(adapt(network, name)))
        assert record.status is Status.PASS, f"{name}, seed {runner.seed}: {record.why}"
        worst = max(worst, *(distance.ratio for distance in record.distances.values()))
    with capsys.disabled():
        print(f"\n{case.id}: {CHECKS} honest checks, the greatest error {worst:.2f} of what is allowed", end="")
