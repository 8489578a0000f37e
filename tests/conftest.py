"""Which tests take long, most because they start many processes: `-m "not slow"` leaves the quick ones."""

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
SLOW = {
    "child", "confinement", "gallery", "systems",
    "test_cli.py", "test_commands.py", "test_commands_confined.py", "test_diagnosis.py", "test_edge_cases.py",
    "test_explain.py", "test_gate.py", "test_pytest_plugin.py", "test_python_processes.py", "test_readme.py",
    "test_report_browser.py", "test_subjects.py", "test_trainer_process.py", "test_with_torch.py",
}  # fmt: skip


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(TESTS) and item.path.relative_to(TESTS).parts[0] in SLOW:
            item.add_marker(pytest.mark.slow)


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: starts many processes, or asks the whole suite often")
    gone = sorted(name for name in SLOW if not (TESTS / name).exists())
    if gone:
        raise pytest.UsageError(f"SLOW in tests/conftest.py names {', '.join(gone)}, but there is no such thing")
