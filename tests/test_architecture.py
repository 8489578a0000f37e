"""The line of nouns, held by the imports themselves: those inside functions and under TYPE_CHECKING count too."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "conformance"

#: Each room, and the rooms of ours that it may import. Data flows one way: a room knows only nouns made before it.
ROOMS = {
    "case": set(),
    "status": set(),
    "tolerance": set(),
    "array_attributes": set(),
    "array_role": set(),
    "array_mapping": {"array_role"},
    "difference": set(),
    "connection": set(),
    "finding": set(),
    "confinement": set(),
    "plain_text": set(),
    "whole_file": set(),
    "sweep": {"case"},
    "number_source": set(),
    "special_value": set(),
    "memory_layout": set(),
    "shapes": {"case"},
    "arguments": {"case", "memory_layout", "number_source", "shapes", "special_value"},
    "implementation": {"case", "arguments"},
    "reference": set(),
    "faults": {"reference"},
    "adapters": {"case", "arguments", "implementation", "array_attributes", "array_mapping"},
    "oracle": {"adapters", "arguments", "case", "implementation", "training"},
    "description": set(),
    "quiet": set(),
    "generators": set(),
    "observation": {"case", "arguments", "description", "generators", "implementation", "quiet"},
    "loading": {"adapters", "description", "implementation", "quiet"},
    "wire": {"arguments", "case", "observation"},
    "child": {
        "adapters", "arguments", "case", "confinement", "description", "generators", "implementation", "loading",
        "observation", "quiet", "wire",
    },
    "remote": {"arguments", "case", "implementation", "observation", "wire"},
    "scale": {"arguments", "reference"},
    "kink": {"arguments", "reference", "scale", "tolerance"},
    "question": {"arguments", "case", "kink", "quiet", "reference"},
    "expected": {
        "case", "arguments", "implementation", "observation", "question", "quiet", "reference", "scale", "shapes",
        "tolerance",
    },
    "training": {
        "arguments", "case", "description", "expected", "implementation", "number_source", "observation", "question",
        "quiet", "status", "tolerance",
    },
    "verdict": {"case", "arguments", "observation", "expected", "status", "difference", "training"},
    "registration": {"faults", "sweep"},
    "source": {"loading", "registration"},
    "command": {
        "child", "implementation", "loading", "observation", "plain_text", "registration", "remote", "wire",
    },
    "submission": {
        "child", "command", "confinement", "implementation", "observation", "plain_text", "registration", "remote", "sweep",
        "wire",
    },
    "discovery": {"command", "implementation", "loading", "registration", "source", "sweep"},
    "record": {"connection", "difference", "finding", "status"},
    "record_line": {"connection", "finding", "record"},
    "record_file": {"connection", "finding", "record", "record_line", "status"},
    "smoke": {"case", "arguments", "connection", "implementation", "observation"},
    "runner": {
        "case", "connection", "expected", "implementation", "observation", "question", "record", "registration", "smoke",
        "status", "training", "verdict",
    },
    "trainer_process": {"case", "oracle", "question", "training"},
    "plan": {"case", "implementation", "record", "registration", "runner", "source", "sweep"},
    "diagnosis": {
        "arguments", "case", "description", "expected", "faults", "finding", "observation", "quiet", "reference",
    },
    "evidence": {
        "case", "diagnosis", "expected", "finding", "observation", "plan", "record", "runner", "status",
    },
    "execution": {
        "command", "connection", "discovery", "evidence", "finding", "implementation", "oracle", "plan", "record", "record_file",
        "runner", "source", "trainer_process",
    },
    "gate": {
        "command", "confinement", "execution", "implementation", "observation", "plan", "record", "registration", "source",
        "submission",
    },
    "power": {
        "adapters", "arguments", "case", "execution", "faults", "implementation", "observation", "plan", "quiet",
        "record", "reference", "runner", "status", "verdict",
    },
    "shortfall": {"finding"},
    "summary": {"connection", "finding", "record", "shortfall", "status"},
    "report": {"finding", "plain_text", "power", "record", "status", "summary", "whole_file"},
    "feedback": {"finding", "plain_text", "record", "report", "status", "summary"},
    "result": {"finding", "record", "report", "summary"},
    "lint": {
        "adapters", "arguments", "case", "kink", "plan", "question", "reference", "scale", "shapes", "sweep", "tolerance",
        "training",
    },
    "script": {"arguments", "case", "question", "registration", "wire"},
    "shrink": {"case", "record", "runner", "status", "sweep"},
    "walkthrough": {
        "arguments", "case", "description", "difference", "expected", "implementation", "observation", "question",
        "quiet", "reference", "report", "status", "verdict",
    },
    "scaffold": {"adapters", "array_attributes", "array_mapping", "array_role", "arguments", "case", "discovery",
                 "implementation", "observation", "reference", "quiet"},
    "course": set(),
    "api": {"adapters", "discovery", "execution", "plan", "record", "result", "source", "sweep"},
    "parametrize": {"api", "case", "execution", "plan", "record", "runner", "status", "summary", "sweep"},
    # The edges may import everything.
    "cli": None,
    "pytest_plugin": None,
    "__init__": None,
    "__main__": None,
}  # fmt: skip

#: Who may import what from outside; everything else is the standard library and NumPy.
OUTSIDE = {
    "torch": {"oracle", "adapters/torch_module.py"},
    "pydantic": {"sweep", "registration.py"},
    "pydantic_core": {"sweep"},
    "yaml": {"sweep"},
    "covertable": {"sweep"},
    "jinja2": {"course", "report", "script.py", "scaffold"},
    "click": {"cli", "report/terminal.py", "pytest_plugin"},
    "pytest": {"pytest_plugin", "parametrize.py"},
}


def modules():
    return sorted(PACKAGE.rglob("*.py"))


def imports(path):
    """Every module that a file imports, wherever the import stands."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}:{node.lineno}: imports are absolute here"
            yield node.module
            if node.module == "conformance":
                yield from (f"conformance.{alias.name}" for alias in node.names)


def room(path):
    parts = path.relative_to(PACKAGE).parts
    return parts[0].removesuffix(".py")


def within(path, places):
    inside = path.relative_to(PACKAGE).as_posix()
    return any(inside == place or inside.startswith(f"{place}/") for place in places)


def test_every_room_is_in_the_table():
    assert {room(path) for path in modules()} == set(ROOMS)


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_room_imports_only_rooms_before_it(path):
    allowed = ROOMS[room(path)]
    public = {"check", "parametrize_with_cases", "Result"}
    found = {name.split(".")[1] for name in imports(path) if name.startswith("conformance.")} - {room(path)} - public
    if allowed is not None:
        assert found <= allowed, f"{path.relative_to(ROOT)} imports {sorted(found - allowed)}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_outside_packages_stay_where_they_belong(path):
    for name in imports(path):
        top = name.split(".")[0]
        if top in OUTSIDE:
            assert within(path, OUTSIDE[top]), f"{path.relative_to(ROOT)} imports {top}"


def test_the_table_itself_has_no_loop():
    done = set()
    rooms = {name: set(allowed) for name, allowed in ROOMS.items() if allowed is not None}
    while rooms:
        ready = {name for name, allowed in rooms.items() if allowed <= done}
        assert ready, f"these rooms import each other: {sorted(rooms)}"
        done |= ready
        rooms = {name: allowed for name, allowed in rooms.items() if name not in ready}


def test_every_permission_is_used():
    used = {name: set() for name in ROOMS}
    for path in modules():
        used[room(path)] |= {name.split(".")[1] for name in imports(path) if name.startswith("conformance.")}
    for name, allowed in ROOMS.items():
        assert allowed is None or allowed <= used[name], (
            f"{name} may import {sorted(allowed - used[name])} but does not"
        )


def test_a_planted_import_is_seen(tmp_path):
    planted = tmp_path / "planted.py"
    planted.write_text("def f():\n    from conformance.record import Record\n    import torch\n")
    assert set(imports(planted)) == {"conformance.record", "torch"}


def test_conftest_is_two_lines():
    lines = [line for line in (ROOT / "conftest.py").read_text().splitlines() if line.strip()]
    assert len(lines) == 2


def test_readme_is_short():
    assert len((ROOT / "README.md").read_text().splitlines()) < 150
