"""pytest: one item for each case and implementation, and at the end the same records and report as `run`.

Loaded in every pytest run of an environment that has this package, so nothing heavy is imported here; active only where
the ini option conformance_cases names a folder of case files.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare what can be set."""
    group = parser.getgroup("conformance", "conformance with torch.nn.RNN")
    group.addoption("--conformance-where", metavar="NAME=VALUE,...", help="only cases with these settings")
    group.addoption("--conformance-impl", metavar="NAME", action="append", help="only this implementation; repeatable")
    group.addoption("--conformance-dtype", default="auto", choices=["auto", "float64", "float32", "both"])
    group.addoption("--conformance-seed", type=int, default=0, help="another seed draws other numbers")
    group.addoption("--conformance-strict", action="store_true", help="wrong calls that are accepted fail, too")
    parser.addini("conformance_cases", "folder of case files; nothing happens without it", default="")
    parser.addini("conformance_impls", "folder of implementations", default="impls")
    parser.addini("conformance_reports", "folder for results.jsonl and parity.html", default="reports")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Limit BLAS threads before any worker starts, and let the controller gather the records."""
    config.addinivalue_line("markers", "case(**settings): a conformance case; -m 'case(num_layers=2, bias=False)'")
    if not config.getini("conformance_cases"):
        return
    for variable in _THREAD_VARIABLES:
        os.environ.setdefault(variable, "1")
    if not hasattr(config, "workerinput"):
        # Brings the record file's code, which a run without cases does not need.
        from conformance.pytest_plugin.session import Controller  # noqa: PLC0415

        controller = Controller(config)
        if config.getoption("conformance_where") or config.getoption("conformance_impl"):
            controller.resolve()  # a mistake in these is said once, not for each case file
        config.pluginmanager.register(controller, "conformance-controller")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect case files, and no other YAML."""
    folder = parent.config.getini("conformance_cases")
    if not folder or file_path.suffix != ".yaml":
        return None
    root = parent.config.rootpath / folder
    if not file_path.is_relative_to(root) or len(file_path.relative_to(root).parts) == 1:
        return None
    # Reading case files brings pydantic.
    from conformance.pytest_plugin.items import CaseFileNode  # noqa: PLC0415

    return CaseFileNode.from_parent(parent, path=file_path)


def pytest_report_header(config: pytest.Config) -> Iterator[str] | list[str]:
    """Say what narrows the run."""
    where = config.getoption("conformance_where")
    return [f"conformance: where {where}"] if where else []
