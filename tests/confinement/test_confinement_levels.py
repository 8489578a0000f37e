"""Levels: which one is taken, what a weaker machine is told, and what the doctor says."""

import pytest

from conformance.confinement import doctor, level
from conformance.confinement.attempt import Attempt
from conformance.confinement.doctor import examined, table
from conformance.confinement.layer import NotJudgedError
from conformance.confinement.level import Level, required, settled, strongest


@pytest.fixture
def offering(monkeypatch):
    """A machine that offers no level above this one."""

    def offer(most):
        def lacking(asked):
            return "" if most.holds(asked) else f"the layer of {asked} is missing: it was not installed"

        for module in (level, doctor):
            monkeypatch.setattr(module, "lacking", lacking)

    return offer


@pytest.mark.parametrize("most", Level)
def test_the_strongest_is_taken(offering, most):
    offering(most)
    assert strongest() is most


@pytest.mark.parametrize(
    ("most", "asked", "advisory", "environment", "taken"),
    [
        (Level.A, None, False, {}, Level.A),
        (Level.B, None, False, {}, Level.B),
        (Level.A, Level.B, False, {}, Level.B),
        (Level.A, None, False, {"RNN_CONFORMANCE_REQUIRE": "A"}, Level.A),
        (Level.A, None, False, {"RNN_CONFORMANCE_REQUIRE": "b"}, Level.A),
        (Level.A, Level.C, True, {}, Level.C),
        (Level.C, None, True, {}, Level.C),
        (Level.C, None, False, {"RNN_CONFORMANCE_REQUIRE": "C"}, Level.C),
    ],
)
def test_a_level_is_settled(offering, most, asked, advisory, environment, taken):
    offering(most)
    assert settled(asked, advisory=advisory, environment=environment) is taken


@pytest.mark.parametrize(
    ("most", "asked", "advisory", "environment", "said"),
    [
        (Level.C, None, False, {}, "not judged: a verdict needs B, but this machine offers level C: the layer of B is missing"),
        (Level.A, Level.C, False, {}, "not judged: a verdict needs B, but level C is asked for"),
        (Level.B, None, False, {"RNN_CONFORMANCE_REQUIRE": "A"}, "not judged: RNN_CONFORMANCE_REQUIRE=A asks for A, but this machine offers level B: the layer of A is missing: it was not installed"),
        (Level.B, None, True, {"RNN_CONFORMANCE_REQUIRE": "A"}, "asks for A, but this machine offers level B"),
        (Level.A, Level.B, False, {"RNN_CONFORMANCE_REQUIRE": "A"}, "asks for A, but level B is asked for"),
        (Level.B, Level.A, False, {}, "not judged: level A is asked for, but the layer of A is missing"),
        (Level.A, None, False, {"RNN_CONFORMANCE_REQUIRE": "strong"}, "RNN_CONFORMANCE_REQUIRE is 'strong', but should be A, B or C"),
    ],
)  # fmt: skip
def test_a_weaker_machine_does_not_judge(offering, most, asked, advisory, environment, said):
    offering(most)
    with pytest.raises(NotJudgedError) as error:
        settled(asked, advisory=advisory, environment=environment)
    assert said in str(error.value)


def test_without_the_variable_a_verdict_needs_b():
    assert required({}) is Level.B


def test_the_doctor_tells_all_in_80_columns():
    machine = examined({})
    text = table(machine)
    assert [line for line in text.splitlines() if len(line) > 80] == []
    assert [found.layer for found in machine.layers] == ["namespaces", "privileges", "limits", "landlock", "seccomp"]
    assert all(found.active or found.why for found in machine.layers), "a layer that does not hold says why"
    assert all(found.evidence for found in machine.layers if found.active), "what holds is proven"
    assert f"Strongest: {machine.strongest}. Required: B." in text


def test_the_doctor_names_what_a_layer_lets_through(offering, monkeypatch):
    offering(Level.C)
    monkeypatch.setattr(
        doctor, "attempts", lambda _alone, names: tuple(Attempt(name, True, "it worked") for name in names)
    )
    machine = examined({"RNN_CONFORMANCE_REQUIRE": "A"})
    assert not any(found.active for found in machine.layers)
    text = " ".join(table(machine).split())
    assert "it let through: allocate over the cap (it worked)" in text
    assert "The gate may not judge: it ends with exit code 3." in text


def test_the_doctor_survives_a_machine_with_nothing(offering, monkeypatch):
    offering(Level.C)

    def cannot(*_):
        raise NotJudgedError("the trial of the layers ended early: bwrap: setting up uid map: Permission denied")

    monkeypatch.setattr(doctor, "attempts", cannot)
    machine = examined({})
    assert [found.active for found in machine.layers] == [False] * 5
    assert "setting up uid map: Permission denied" in " ".join(table(machine).split())
