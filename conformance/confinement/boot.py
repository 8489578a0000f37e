"""The first file that a confined Python runs: `python -I -S -B boot.py LINE ARGUMENT...`, LINE as `start` writes it.

No folder of installed packages is ever on sys.path: the few packages that may be imported are found by name alone.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import json
import os
import sys
from collections.abc import Sequence
from types import ModuleType


class Packages:
    """Finds these packages, each in its folder or its one file, and no other.

    It is no importlib.abc.MetaPathFinder, since that module takes half as long to import as NumPy.
    """

    def __init__(self, folders: dict[str, str]) -> None:
        self._folders = folders

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """A package's place; what lies within it is found in the ordinary way."""
        del target
        if path is not None or name not in self._folders:
            return None
        folder = self._folders[name]
        whole = not folder.endswith(".py")
        file = f"{folder}{os.sep}__init__.py" if whole else folder
        loader = importlib.machinery.SourceFileLoader(name, file)
        spec = importlib.machinery.ModuleSpec(name, loader, origin=file, is_package=whole)
        spec.submodule_search_locations, spec.has_location = [folder] if whole else None, True
        return spec


def main() -> None:
    """Import what may be needed, confine this process, and run the entry with the layers and its arguments."""
    given = json.loads(sys.argv[1])
    arguments = sys.argv[2:]
    del sys.argv[1:]
    sys.meta_path.append(Packages(given["packages"]))
    for name in given["imports"]:
        importlib.import_module(name)
    confined = importlib.import_module("conformance.confinement.confined").Confined.from_text(given["layers"])
    module, _, function = given["entry"].partition(":")
    entry = getattr(importlib.import_module(module), function)
    _list_the_library()
    confined.put_on_parent()
    entry(confined, arguments)


def _list_the_library() -> None:
    """Let Python read the folders of its library once: Landlock's rules allow what is in them, not listing them."""
    for folder in sys.path:
        finder = sys.path_importer_cache.get(folder)
        if isinstance(finder, importlib.machinery.FileFinder):
            finder.find_spec("none")


if __name__ == "__main__":
    main()
