"""A file imported as a module of its own, which finds its neighbours and leaves them to nobody else."""

from __future__ import annotations

import importlib
import importlib.util
import itertools
import sys
from pathlib import Path
from types import ModuleType

from conformance.description import FILE_MODULE
from conformance.loading.code import Code

_numbers = itertools.count()


def imported(code: Code) -> ModuleType:
    """The module; raises whatever its import raises."""
    if code.path:
        return _from_file(Path(code.path))
    if str(Path.cwd()) not in sys.path:
        sys.path.append(str(Path.cwd()))  # package.module:NAME may lie in the current folder
    return importlib.import_module(code.module)


def _from_file(path: Path) -> ModuleType:
    """Import a file under a name of its own, so that it finds its neighbours as it would when run by itself."""
    folder = str(path.parent)
    name = f"{FILE_MODULE}{next(_numbers)}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path.name} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    before = set(sys.modules)
    sys.path.insert(0, folder)
    try:
        spec.loader.exec_module(module)
    finally:
        # At the end it serves imports inside functions without standing before anybody else's modules.
        sys.path.remove(folder)
        if folder not in sys.path:
            sys.path.append(folder)
    for helper in set(sys.modules) - before:
        # Another implementation's neighbour of the same name must not be taken for this one's.
        if is_neighbour(getattr(sys.modules[helper], "__file__", None), path.parent):
            del sys.modules[helper]
    return module


def is_neighbour(file: object, folder: Path) -> bool:
    """Whether a module lies in a folder as its author's own: not in an environment that stands there, too."""
    if not isinstance(file, str) or not Path(file).is_relative_to(folder) or Path(file).is_relative_to(sys.prefix):
        return False
    return not {"site-packages", "dist-packages"} & set(Path(file).parts)
