"""Every entry gets the verdict and the sentence that it deserves, at every level that it is judged at."""

import pytest
from gallery_bundles import CALLED
from gallery_entries import ENTRIES
from gallery_file import honest
from gallery_judging import ROUNDS, SHORT, opened, verdict
from shut_in import CONFINED

from conformance.confinement.level import Level
from conformance.status import Status
from conformance.submission import GROUP

#: No sentence is longer, whatever a submission says.
LONGEST = 3000


def named(entries):
    return [pytest.param(entry, id=f"{group}: {entry.name}") for group, entry in entries]


ALL = [(group, entry) for group, entries in ENTRIES.items() for entry in entries]
IN_A_CALL = named((group, entry) for group, entry in ALL if not entry.alone)
AT_IMPORT = named((group, entry) for group, entry in ALL if entry.alone)

confined = pytest.mark.parametrize("level", CONFINED, indirect=True, ids=str)
#: Without any layer but limits an accident is told as well, but for what an import reaches.
unconfined = pytest.mark.parametrize("level", [Level.C], indirect=True, ids=str)


def accidents(entries):
    return [each for each in entries if each.values[0].accident]


def check(entry, found):
    """The verdict and the sentence are those that were stated."""
    if entry.status is None:
        assert found.status is not Status.PASS
    else:
        assert found.status is entry.status, f"{found.status}: {found.why}"
    assert entry.says in found.why
    assert len(found.why) <= LONGEST, f"a sentence of {len(found.why):,} characters"


def check_in_a_call(entry, called, runner):
    implementation = called[entry.hangs]
    for _ in range(ROUNDS):
        check(entry, verdict(runner, implementation, CALLED[entry]))
        if entry.hangs:  # whoever has hung three times in a row is asked no more
            assert verdict(runner, implementation).status is Status.PASS


def check_at_import(entry, held_at, runner, folder):
    source = honest(entry.top) if entry.top else entry.file
    for _ in range(ROUNDS):
        # As the gate does it, where what one case leaves behind may meet the next.
        with opened(folder, source, held_at, seconds=SHORT if entry.hangs else 10.0, group=GROUP) as implementation:
            check(entry, verdict(runner, implementation))


@confined
@pytest.mark.parametrize("entry", IN_A_CALL)
def test_what_it_does_in_a_call(entry, called, runner):
    check_in_a_call(entry, called, runner)


@confined
@pytest.mark.parametrize("entry", AT_IMPORT)
def test_what_it_is_or_does_at_import(entry, held_at, runner, tmp_path):
    check_at_import(entry, held_at, runner, tmp_path)


@unconfined
@pytest.mark.parametrize("entry", accidents(IN_A_CALL))
def test_an_accident_in_a_call_is_told_without_layers(entry, called, runner):
    check_in_a_call(entry, called, runner)


@unconfined
@pytest.mark.parametrize("entry", accidents(AT_IMPORT))
def test_an_accident_at_import_is_told_without_layers(entry, held_at, runner, tmp_path):
    check_at_import(entry, held_at, runner, tmp_path)
