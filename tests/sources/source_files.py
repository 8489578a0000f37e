"""What the tests of the five systems share: their files, and a run over copies of them."""

import importlib.util
import shutil
import sys
from pathlib import Path

from conformance.cli import cli
from conformance.cli.supervise import run_here

IMPLS = Path(__file__).parents[2] / "impls"


def load(name):
    """A file under impls/ as a module of its own."""
    path = IMPLS / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"source_{name.replace('/', '_')}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def both(name):
    """A system mended and as published."""
    return load(name), load(f"published/{name}")


def copy(name, folder, changes=()):
    """A published file with what stands beside it, put into a folder; `changes` are pairs of texts, old and new."""
    source = IMPLS / "published" / f"{name}.py"
    text = source.read_text()
    for old, new in changes:
        assert text.count(old) == 1, f"{name}.py has {old!r} {text.count(old)} times, but should have it once"
        text = text.replace(old, new)
    folder.mkdir(exist_ok=True)
    (folder / source.name).write_text(text)
    shutil.copy(source.with_suffix(".expected.yaml"), folder)


def run(folder, where, case="*/configurations*"):
    """The exit code of `rnn-conformance run` over a folder, in a small scope."""
    return run_here(
        cli, ["run", "--impls", str(folder), "--reports", str(folder / "reports"), "--where", where, "--case", case]
    )
