"""`RNN_CONFORMANCE_KILLS` kills (200 unless told) at random points of a gate: none may leave anything, or make a pass.

`RNN_CONFORMANCE_SOAK_SEED` chooses other points (0 unless told). CI runs a sample of 6.
"""

import os

import kills
import pytest
from pasted import reference_in_one_file

from conformance.confinement.level import Level, lacking


def test_a_gate_that_is_killed_leaves_nothing_and_never_passes(tmp_path, capsys):
    for level in (Level.A, Level.B):
        if missing := lacking(level):
            pytest.skip(f"level {level} is not offered here: {missing}")
    count = int(os.environ.get("RNN_CONFORMANCE_KILLS", "200"))
    seed = int(os.environ.get("RNN_CONFORMANCE_SOAK_SEED", "0"))
    toll = kills.campaign(reference_in_one_file(), tmp_path, count, seed)
    with capsys.disabled():
        print("", *toll.lines(), sep="\n")
    assert toll.kills == count
    assert not toll.wrong, "\n".join(toll.wrong[:5])
