"""What a confined process can see: Python, its standard library, NumPy, and the few files of ours that it needs."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from conformance.confinement import kernel

HOME = Path(__file__).parents[1]
_PACKAGE_FOLDERS = ("site-packages", "dist-packages")

#: Modules that bring in shared libraries from outside Python; others of the standard library need none, or stay out.
_WITH_LIBRARIES = ("_bz2", "_ctypes", "_hashlib", "_lzma", "_uuid", "zlib", "numpy.fft", "numpy.linalg", "numpy.random")


@dataclass(frozen=True, kw_only=True)
class Visible:
    """The files, all to be read and, but for one folder, never written.

    `python` is the interpreter outside any virtual environment, `library` the folders of its standard library,
    `packages` the top-level packages that may be imported, each with its folder or its one file, `shared` the shared
    libraries, each by the name under which it is looked for, and `own` the files and folders of ours. Where a program
    is confined, and not a fork of Python, `executable` are the files and folders that the kernel may run, `programs`
    what it needs besides, and `writable` is the folder into which it builds another.
    """

    python: Path
    library: tuple[Path, ...]
    packages: tuple[tuple[str, Path], ...]
    shared: tuple[Path, ...]
    own: tuple[Path, ...]
    executable: tuple[Path, ...] = ()
    programs: tuple[Path, ...] = ()
    writable: Path | None = None

    @property
    def devices(self) -> tuple[Path, ...]:
        """Devices: nothing, and for torch, which draws a number when it is imported, the kernel's random numbers."""
        torch = any(name == "torch" for name, _ in self.packages)
        return (Path("/dev/null"), *((Path("/dev/urandom"),) if torch else ()))

    @classmethod
    def here(cls, *own: str, packages: Iterable[str] = ("numpy",)) -> Self:
        """What this interpreter needs for some packages and for files and folders of ours, named within conformance/.

        A package brings the folder of its own shared libraries; those of the system are the ones in this process.
        """
        import sysconfig  # noqa: PLC0415 -- only outside

        for name in _WITH_LIBRARIES:
            if importlib.util.find_spec(name):
                importlib.import_module(name)
        folders = tuple((name, _folder(name)) for name in packages)
        for name, _ in folders:  # the shared libraries that it brings in, too
            importlib.import_module(name)
        ours = (HOME / "__init__.py", HOME / "confinement", *(HOME / name for name in own))
        return cls(
            python=Path(os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)),
            library=tuple({Path(sysconfig.get_path(name)): None for name in ("stdlib", "platstdlib")}),
            packages=folders,
            shared=tuple(path for path in map(Path, kernel.shared_libraries()) if not _in_package_folder(path)),
            own=tuple(part for path in ours for part in (path, *_compiled(path))),
        )

    def hidden(self, folder: Path) -> list[Path]:
        """The folders of a standard library's that hold whatever was installed."""
        return [folder / name for name in _PACKAGE_FOLDERS if (folder / name).is_dir()]

    def binds(self) -> Iterator[tuple[Path, Path]]:
        """All but the standard library: the name that each file or folder has inside, and where it really is."""
        files = (self.python, *self._package_folders(), *self.own, *self.shared, Path("/etc/ld.so.cache"))
        for path in dict.fromkeys((*files, *self.executable, *self.programs)):
            if path.exists() and not self._in_library(path):
                yield path, Path(os.path.realpath(path))

    def readable(self) -> Iterator[Path]:
        """The same as rules that each allow a file, or a folder with all below; the library's entries one by one.

        What else was installed may lie within the library, and a rule cannot take a folder out again.
        """
        for folder in self.library:
            yield from (path for path in folder.iterdir() if path.name not in _PACKAGE_FOLDERS and path.exists())
        yield from (real for _, real in self.binds())

    def _package_folders(self) -> Iterator[Path]:
        for name, folder in self.packages:
            yield folder
            yield folder.with_name(f"{name}.libs")

    def _in_library(self, path: Path) -> bool:
        return not _in_package_folder(path) and any(path.is_relative_to(folder) for folder in self.library)


def _folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.has_location or not spec.origin:
        raise ModuleNotFoundError(f"{package} cannot be made visible: it is not an installed package or file")
    return Path(spec.origin).parent if spec.submodule_search_locations else Path(spec.origin)


def _in_package_folder(path: Path) -> bool:
    return any(name in path.parts for name in _PACKAGE_FOLDERS)


def _compiled(path: Path) -> list[Path]:
    """A module's compiled form, where Python has kept one: inside nothing can be written, so it is taken along."""
    if path.suffix != ".py":
        return []
    kept = Path(importlib.util.cache_from_source(str(path)))
    return [kept] if kept.exists() else []
