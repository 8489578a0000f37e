"""Positive controls: each attack reaches what it tries without the layers that stop it, and each of those is enough."""

from pathlib import Path

import pytest
from gallery_attacks import ATTACKS
from gallery_bundles import LOUD, written_attacks
from gallery_judging import verdict, without
from gallery_outside import Outside
from shut_in import needs, own_name

from conformance.confinement.confined import ORDER
from conformance.confinement.landlock import Landlock, interface
from conformance.confinement.level import Level

#: The capabilities that the attacks of root try to use: to boot, to administrate, to change groups and the root folder.
ROOT_MAY = 1 << 22 | 1 << 21 | 1 << 18 | 1 << 6

CONTROLLED = [attack for group in ATTACKS.values() for attack in group if attack.stopped_by]


def grouped(pairs):
    """Attacks by the layers that are off."""
    groups = {}
    for attack, off in pairs:
        groups.setdefault(tuple(kind for kind in ORDER if kind in off), []).append(attack)
    return [pytest.param(off, them, id="+".join(kind.name for kind in off)) for off, them in groups.items()]


#: Without all that would stop them; and without all but one layer that should.
OFF = grouped((attack, {*attack.stopped_by, *attack.besides}) for attack in CONTROLLED)
ALONE = grouped((attack, {*ORDER} - {kind}) for attack in CONTROLLED for kind in attack.stopped_by)


def sentences(runner, off, attacks, folder):
    """What the judge says of each attack, with some layers off."""
    needs(Level.A)
    name = own_name()
    with (
        Outside(folder) as outside,
        without(folder, written_attacks(outside, folder / name), off, name) as implementation,
    ):
        return {attack: verdict(runner, implementation, LOUD[attack]).why for attack in attacks}


def forbidden_anyhow(attack):
    """Whether a system may forbid it by itself: its settings, or to whoever is not root with all that belongs to it."""
    held = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("CapEff"))
    return attack.maybe or (attack.root and int(held.split()[1], 16) & ROOT_MAY != ROOT_MAY)


@pytest.mark.parametrize(("off", "attacks"), OFF)
def test_without_the_layers_that_stop_them_attacks_succeed(off, attacks, runner, tmp_path):
    said = sentences(runner, off, attacks, tmp_path)
    failed = {
        attack.name: why
        for attack, why in said.items()
        if f"(it reached {attack.reaches})" not in why and not forbidden_anyhow(attack)
    }
    assert failed == {}, "these prove nothing: they do not succeed without these layers either"


@pytest.mark.parametrize(("off", "attacks"), ALONE)
def test_one_layer_that_stops_them_is_enough(off, attacks, runner, tmp_path):
    if Landlock not in off:
        attacks = [attack for attack in attacks if interface() >= attack.abi]
    said = sentences(runner, off, attacks, tmp_path)
    stopped = {attack: "ended by SIGSYS" if attack.killed else "(it reached [])" for attack in attacks}
    assert {attack.name: why for attack, why in said.items() if stopped[attack] not in why} == {}
