"""Each layer is proven by its effect, alone; and every attempt succeeds where no layer is on."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from shut_in import needs

from conformance.confinement.attempts import ABLE, ATTEMPTS
from conformance.confinement.confined import ORDER
from conformance.confinement.landlock import Landlock
from conformance.confinement.layer import Layer, NotJudgedError
from conformance.confinement.level import Level
from conformance.confinement.limits import Limits
from conformance.confinement.namespaces import Namespaces
from conformance.confinement.privileges import Privileges
from conformance.confinement.proof import attempts, must_refuse, prove
from conformance.confinement.seccomp import Seccomp
from conformance.confinement.start import Confinement

REFUSED_BY = {
    Namespaces: Namespaces.refuses,
    Privileges: Privileges.refuses,
    Limits: Limits.refuses,
    Landlock: Landlock.refuses,
    Seccomp: Seccomp.refuses,
}

#: What a system may refuse by itself, so that the attempt fails with every layer off too.
HARDENED = {
    "trace the judge": "another process may not be traced here (kernel.yama.ptrace_scope)",
    "open the judge's memory": "another process may not be looked into here (kernel.yama.ptrace_scope)",
    "open the parent's memory": "another process may not be looked into here (kernel.yama.ptrace_scope)",
    "use a capability": "this is not root",
    "make a user namespace": "the system allows no user namespaces",
}


@pytest.fixture(scope="module")
def unconfined():
    needs(Level.B)
    with Confinement.prepare([]) as nothing:
        return {each.name: each for each in attempts(nothing, list(ATTEMPTS))}


@pytest.fixture(scope="module", params=ORDER, ids=lambda kind: kind.name)
def alone(request):
    """A layer that is missing, or that the system keeps from starting, is skipped; one that lets things through fails."""
    level = Level.A if request.param is Namespaces else Level.B
    if request.param.missing():
        needs(level)
    with Confinement.prepare([request.param]) as only:
        try:
            return request.param, attempts(only, must_refuse(only))
        except NotJudgedError:
            needs(level)
            raise


@pytest.fixture(scope="module", params=[Level.A, Level.B])
def level(request):
    needs(request.param)
    return request.param


@pytest.mark.parametrize("name", ATTEMPTS)
def test_with_every_layer_off_it_succeeds(unconfined, name):
    made = unconfined[name]
    if not made.reached and name in HARDENED:
        pytest.skip(f"{HARDENED[name]}: {made.happened}")
    assert made.reached, f"to {name} proves nothing: it fails with every layer off ({made.happened})"


def test_each_attempt_is_refused_by_a_layer():
    assert set(ATTEMPTS) - set(ABLE) - {"signal the parent"} <= {
        name for names in REFUSED_BY.values() for name in names
    }


def test_alone_a_layer_refuses_what_it_promises(alone):
    kind, made = alone
    assert {each.name for each in made} >= set(REFUSED_BY[kind])
    assert [each for each in made if each.reached] == [], f"{kind.name} let something through"


def test_no_layer_refuses_all_alone(alone):
    """Or the others would never be seen to work."""
    kind, made = alone
    assert len(made) < len(ATTEMPTS) - len(ABLE), f"{kind.name} alone refuses everything"


def test_together_they_refuse_all_and_numpy_and_threads_work(level):
    with Confinement.prepare(level.layers) as together:
        made = {each.name: each for each in prove(together)}
    assert {name for name, each in made.items() if each.reached} == set(ABLE)


def test_nothing_is_left_behind(level, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    open_before = len(list(Path("/proc/self/fd").iterdir()))
    with Confinement.prepare(level.layers) as together:
        prove(together)
    assert list(tmp_path.iterdir()) == []
    assert [str(path) for path in Path("/").glob("rnn-conformance-*")] == []
    assert len(list(Path("/proc/self/fd").iterdir())) == open_before, "a descriptor was left open"


class Sieve(Privileges):
    """A layer that promises more than it does."""

    refuses = ("read a file of the judge's",)

    def put_on(self):
        pass


class Broken(Privileges):
    """A layer that cannot be put on."""

    def put_on(self):
        raise OSError("no such call")


@pytest.mark.parametrize(("kind", "happened"), [(Sieve, "read 'canary'"), (Broken, "not put on: no such call")])
def test_a_layer_that_does_not_hold_is_not_taken_for_one_that_does(kind, happened, tmp_path):
    from conformance.confinement.attempt import Targets

    (tmp_path / "canary").write_text("canary")
    targets = Targets(canary=str(tmp_path / "canary"), port=1, judge=os.getpid(), handle=-1, memory=1, files=1)
    (first, *_) = kind().probe(targets)
    assert (first.reached, first.happened) == (True, happened)


def test_a_layer_that_lets_something_through_does_not_judge(monkeypatch):
    needs(Level.B)
    monkeypatch.setattr(Privileges, "refuses", ("fork",))
    with Confinement.prepare([Privileges]) as only, pytest.raises(NotJudgedError) as said:
        prove(only)
    assert str(said.value) == "the layers do not hold: to fork should be refused, but: forked"


def test_layers_that_forbid_calculating_do_not_judge(level, monkeypatch):
    monkeypatch.setattr("conformance.confinement.proof.ABLE", ("fork",))
    with Confinement.prepare(level.layers) as together, pytest.raises(NotJudgedError) as said:
        prove(together)
    assert str(said.value) == "the layers do not hold: to fork should be possible, but: Operation not permitted"


def test_a_trial_that_cannot_start_does_not_judge(level):
    with Confinement.prepare(level.layers) as together:
        without_python = replace(together, visible=replace(together.visible, python=Path("/none")))
        with pytest.raises(NotJudgedError, match="ended early: bwrap|could not be run: .*/none"):
            attempts(without_python, ["fork"])


def test_a_layer_without_its_binding_is_missing(monkeypatch):
    import importlib

    def absent(name):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(importlib, "import_module", absent)
    for kind in (Landlock, Seccomp):
        assert "pip install 'rnn-conformance[gate]'" in kind.missing()
        with pytest.raises(NotJudgedError, match=f"the layer {kind.name} is missing"):
            Confinement.prepare([kind], visible=object())


def test_a_layer_elsewhere_is_missing(monkeypatch):
    monkeypatch.setattr("sys.platform", "darwin")
    assert all("this is darwin" in kind.missing() for kind in (Namespaces, Privileges, Landlock, Seccomp))
    assert Limits.missing() == ""
    assert issubclass(Namespaces, Layer)
