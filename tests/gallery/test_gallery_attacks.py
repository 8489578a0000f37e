"""Every attack, loud and quiet: it reaches nothing, nothing outside has changed, and right numbers still pass."""

import pytest
from gallery_attacks import ATTACKS
from gallery_bundles import LOUD, QUIET
from gallery_judging import ROUNDS, verdict
from shut_in import CONFINED, running, until

from conformance.status import Status

NAMED = [pytest.param(attack, id=attack.name) for group in ATTACKS.values() for attack in group]
#: Of one submission: bwrap twice, the warm parent and a case child; without namespaces the last two.
MOST_PROCESSES = 4


def few_run(name):
    assert until(lambda: len(running(name)) <= MOST_PROCESSES), f"these run: {running(name)}"


@pytest.fixture(autouse=True)
def untouched(outside, attacks):
    """Whatever was tried, nobody outside has noticed anything, and no process is there that we did not start."""
    before = outside.picture()
    yield
    assert outside.picture() == before, "a file outside has changed"
    assert outside.heard() == [], "somebody was spoken to"
    for implementation in attacks:
        few_run(implementation.file.name)


@pytest.mark.parametrize("level", CONFINED, indirect=True, ids=str)
@pytest.mark.parametrize("attack", NAMED)
def test_it_reaches_nothing_and_says_so(attack, attacks, runner):
    attackers, _ = attacks
    for _ in range(2 * ROUNDS):  # the second one must find nothing of the first
        record = verdict(runner, attackers, LOUD[attack])
        if attack.killed:
            assert (record.status, "ended by SIGSYS" in record.why) == (Status.CRASH, True), record.why
        else:
            assert record.status is Status.ERROR, record.why
            assert "(it reached [])" in record.why


@pytest.mark.parametrize("level", CONFINED, indirect=True, ids=str)
@pytest.mark.parametrize("attack", NAMED)
def test_it_says_nothing_and_only_its_numbers_count(attack, attacks, runner):
    attackers, neighbour = attacks
    for _ in range(ROUNDS):
        record = verdict(runner, attackers, QUIET[attack])
        assert record.status is (Status.CRASH if attack.killed else Status.PASS), record.why
    assert verdict(runner, neighbour).status is Status.PASS
