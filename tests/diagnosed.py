"""What the tests of the diagnosis share: a laboratory that checks a network and asks why it is wrong."""

import dataclasses
import functools
import itertools

from conformance import evidence
from conformance.adapters import adapt
from conformance.oracle import oracle
from conformance.plan import Plan
from conformance.runner import Subject
from conformance.sweep import suite

#: How many cases of each file the sample holds, spread over the file.
PER_FILE = 8


@functools.cache
def laboratory(whole=False, seed=0, dtype="auto"):
    """A plan of every case that decides, or of a sample of each file, and a runner that keeps torch's answers."""
    everything = suite.load(suite.find_cases(None))
    asked = [case for case in everything.cases if case.asks in ("values", "gradients")]
    if not whole:
        files = [list(group) for _, group in itertools.groupby(asked, key=lambda case: case.file)]
        asked = [case for group in files for case in group[:: -(-len(group) // PER_FILE)]]
    plan = Plan(suite=dataclasses.replace(everything, cases=tuple(asked)), seed=seed, dtype=dtype)
    return plan, plan.runner(oracle())


def diagnose(network, name="subject", *, whole=False, adapted=False, seed=0, dtype="auto"):
    """Check a network and explain its failures; None where there is none."""
    plan, runner = laboratory(whole, seed, dtype)
    subject = Subject(network if adapted else adapt(network, name))
    records = list(runner.run(plan.cases, [subject]))
    return evidence.diagnose(runner, plan, subject, records)


def names(diagnosis):
    """The faults that were named."""
    return set() if diagnosis is None else {finding.id for finding in diagnosis.findings}
