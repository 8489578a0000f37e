"""What the gallery is judged with: one runner, places outside to reach for, and many entries in one file."""

import pytest
from gallery_bundles import written_attacks, written_entries
from gallery_file import honest
from gallery_judging import LIMITS, SHORT, opened
from gallery_outside import Outside
from shut_in import any_level, needs, own_name

from conformance.confinement.held import held
from conformance.confinement.level import Level
from conformance.submission.submitted import surroundings


@pytest.fixture(scope="session")
def runner():
    pytest.importorskip("torch")
    from conformance.oracle import oracle
    from conformance.runner import Runner

    return Runner(oracle())


@pytest.fixture(scope="module")
def outside(tmp_path_factory):
    with Outside(tmp_path_factory.mktemp("outside")) as places:
        yield places


@pytest.fixture(scope="module")
def level(request):
    needs(request.param)
    return request.param


@pytest.fixture(scope="module")
def held_at(level):
    """The confinement of a level, tried once, as it is at the start of every run."""
    with any_level(), held(level, LIMITS, surroundings(), advisory=level is Level.C) as confinement:
        yield confinement


@pytest.fixture(scope="module")
def attacks(held_at, outside, tmp_path_factory):
    """The attacks at a level, beside a submission that does nothing wrong."""
    folder, name = tmp_path_factory.mktemp("attacks"), own_name()
    with (
        opened(folder, written_attacks(outside, folder / name), held_at, name) as attackers,
        opened(folder, honest(), held_at) as neighbour,
    ):
        yield attackers, neighbour


@pytest.fixture(scope="module")
def called(held_at, tmp_path_factory):
    """The entries at a level: those that hang have less time."""
    folder, source = tmp_path_factory.mktemp("called"), written_entries()
    with opened(folder, source, held_at) as patient, opened(folder, source, held_at, seconds=SHORT) as impatient:
        yield {False: patient, True: impatient}
