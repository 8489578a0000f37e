"""What is inside: our few files, no answers, no torch, nothing of an earlier case, and no way to the judge."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from shut_in import CONFINED, confined, honest, own_name, seen

from conformance.child.files import FILES, FORBIDDEN
from conformance.confinement.level import Level
from conformance.observation import Answered, Raised

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "conformance"


def reaching(expression, before=""):
    """A submission that raises what it reached."""
    return honest(f"raise ValueError({expression})", before=before)


def modules_needed():
    """The modules of ours that are loaded in a warm parent."""
    program = "import sys, conformance.child.main; print(*[m for m in sys.modules if m.startswith('conformance')])"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def in_files(module):
    """Whether a module lies in what is made visible."""
    path = module.replace(".", "/").removeprefix("conformance/")
    return any(file in (path, f"{path}.py", f"{path}/__init__.py") or path.startswith(f"{file}/") for file in FILES)


def test_all_that_a_warm_parent_imports_is_visible_and_no_more():
    needed = {
        name for name in modules_needed() if name != "conformance" and not name.startswith("conformance.confinement")
    }
    assert [name for name in needed if not in_files(name)] == []
    loaded = {name.replace(".", "/").removeprefix("conformance/") for name in needed}
    unused = [file for file in FILES if file.removesuffix(".py").removesuffix("/__init__") not in loaded]
    assert unused == []


def test_no_visible_file_imports_an_answer_even_inside_a_function():
    for file in FILES:
        path = PACKAGE / file
        for source in path.rglob("*.py") if path.is_dir() else [path]:
            for node in ast.walk(ast.parse(source.read_text())):
                names = (
                    [a.name for a in node.names]
                    if isinstance(node, ast.Import)
                    else [getattr(node, "module", "") or ""]
                )
                assert not [name for name in names if name.startswith(FORBIDDEN)], f"{file} imports {names}"


@pytest.mark.parametrize("level", CONFINED)
def test_nothing_with_answers_can_be_imported(level, tmp_path):
    site = next(p for p in sys.path if p.endswith("site-packages"))
    before = f"""
    import importlib, sys
    sys.path[:0] = [{str(ROOT)!r}, {site!r}]
    found = []
    for name in {[*FORBIDDEN, "conformance.runner", "conformance.discovery", "conformance.submission"]!r}:
        try:
            importlib.import_module(name)
            found.append(name)
        except (ImportError, OSError):
            pass
    """
    with confined(tmp_path, reaching("found", before), level) as implementation:
        found = seen(implementation)
        assert implementation._line._parent.reachable == ()
    assert (type(found), found.message) == (Raised, "[]"), found


def test_without_layers_the_answers_are_seen_to_be_reachable(tmp_path):
    with confined(tmp_path, honest(), Level.C) as implementation:
        assert "conformance.reference" in implementation._line._parent.reachable


@pytest.mark.parametrize("level", CONFINED)
def test_a_child_holds_its_case_and_its_output_alone(level, tmp_path):
    before = """
    import os, stat
    held = []
    for d in range(256):
        try:
            held.append((d, stat.S_IFMT(os.fstat(d).st_mode)))
        except OSError:
            pass
    held = [oct(kind)[2:] for _, kind in held]
    """
    with confined(tmp_path, reaching("held", before), level) as implementation:
        found = seen(implementation)
    # /dev/null to read, the pipe for output twice, /dev/null for what it prints, and the case's socket.
    assert found.message == str(["20000", "10000", "10000", "20000", "140000"])


@pytest.mark.parametrize("level", CONFINED)
def test_neither_the_judge_nor_a_file_can_be_reached(level, tmp_path):
    Path(tmp_path, "answers").write_text("secret")
    name = own_name()
    before = f"""
    import os
    reached = []
    for path in ("{tmp_path}/answers", "{tmp_path}/{name}", "/proc/{os.getpid()}/mem", "{ROOT}/README.md", "/etc/passwd"):
        try:
            open(path).close()
            reached.append(path)
        except OSError:
            pass
    for process in ({os.getpid()}, os.getppid(), 1):
        try:
            os.kill(process, 0)
            reached.append(process)
        except OSError:
            pass
    """
    with confined(tmp_path, reaching("reached", before), level, name) as implementation:
        found = seen(implementation)
    assert found.message == "[]"


def test_every_case_has_a_child_of_its_own(tmp_path):
    source = honest("global calls; calls += 1\nif calls > 1: raise ValueError", before="calls = 0\n")
    with confined(tmp_path, source, Level.C) as implementation:
        assert [type(seen(implementation)) for _ in range(3)] == [Answered] * 3


def test_the_place_of_an_error_is_in_its_authors_file(tmp_path):
    with confined(tmp_path, honest("raise ValueError('no')"), Level.C) as implementation:
        found = seen(implementation)
    assert (found.stage, found.where) == ("forward", f"{implementation.file.name}:12")
