"""What is visible inside, for a virtual environment and for a Python whose packages lie within its library."""

import sys
import sysconfig
from dataclasses import replace
from pathlib import Path

import pytest
from shut_in import needs

from conformance.confinement.level import Level
from conformance.confinement.namespaces import Namespaces
from conformance.confinement.visible import HOME, Visible


@pytest.fixture(autouse=True)
def linux():
    needs(Level.B)


@pytest.fixture
def system(tmp_path):
    """A Python that has NumPy and torch in the site-packages of its own library."""
    library = tmp_path / "lib"
    site = library / "site-packages"
    for name in ("numpy", "numpy.libs", "torch"):
        (site / name).mkdir(parents=True)
    (library / "os.py").touch()
    (library / "json").mkdir()
    return replace(Visible.here(), library=(library,), packages=(("numpy", site / "numpy"),), shared=())


def test_packages_within_the_library_stay_hidden(system):
    (library,) = system.library
    readable = {path.relative_to(library) for path in system.readable() if path.is_relative_to(library)}
    assert {str(path) for path in readable} == {"os.py", "json", "site-packages/numpy", "site-packages/numpy.libs"}
    assert system.hidden(library) == [library / "site-packages"]


def test_they_are_hidden_before_numpy_is_put_among_them(system):
    if not Namespaces.missing():
        words = Namespaces.prepare(system).words
        (library,) = map(str, system.library)
        site = f"{library}/site-packages"
        places = [
            words.index(library),
            words.index(site),
            words.index(f"{site}/numpy"),
            len(words) - words[::-1].index(site),
        ]
        assert places == sorted(places), (
            "the library, an empty folder over its packages, NumPy into that, no more writing"
        )
        assert words[words.index(site) - 1] == "--tmpfs"
        assert not any("torch" in word for word in words)


def test_this_python(tmp_path):
    seen = Visible.here()
    assert seen.python.is_file()
    assert not seen.python.is_symlink()
    assert seen.library[0] == Path(sysconfig.get_path("stdlib"))
    readable = {str(path) for path in seen.readable()}
    assert not any(path.endswith(("site-packages", "dist-packages")) for path in readable)
    site = [path for path in readable if "-packages/" in path]
    assert {Path(path).name for path in site} <= {"numpy", "numpy.libs"}
    assert not any("torch" in path or "reference" in path for path in readable)
    assert str(HOME) not in readable
    assert str(HOME.parent) not in readable
    assert sys.prefix not in readable


def test_files_of_ours_are_named_one_by_one():
    seen = Visible.here("case.py", "wire")
    assert {HOME / "case.py", HOME / "wire", HOME / "confinement", HOME / "__init__.py"} <= set(seen.own)
    assert all(path.suffix == ".pyc" for path in set(seen.own) if path.parent.name == "__pycache__")


def test_a_package_that_is_not_there_is_a_sentence():
    with pytest.raises(ModuleNotFoundError, match="none cannot be made visible"):
        Visible.here(packages=("none",))
