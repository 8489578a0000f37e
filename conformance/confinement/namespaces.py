"""Namespaces by bubblewrap: a file tree with nothing else in it, and no other process, network or user."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

from conformance.confinement.layer import Layer, NotJudgedError
from conformance.confinement.visible import Visible

#: Everything unshared, no capability, no user namespaces further in, no terminal, and gone when the judge is gone: the
#: kernel ties that to the thread that started it, so the judge starts it from a thread that stays.
_ISOLATED = (
    "--unshare-user", "--unshare-all", "--disable-userns", "--die-with-parent", "--new-session", "--cap-drop", "ALL",
    "--uid", "65534", "--gid", "65534", "--hostname", "confined",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Namespaces(Layer):
    """bubblewrap's words before the command; see bwrap(1)."""

    name: ClassVar[str] = "namespaces"
    what: ClassVar[str] = "no other files, processes or network (bubblewrap)"
    refuses: ClassVar[tuple[str, ...]] = (
        "read a file of the judge's",
        "write anywhere",
        "connect to the judge",
        "signal the judge",
        "open the judge's memory",
        "open the parent's memory",
        "change a file's mode",
        "use a capability",
        "make a user namespace",
    )
    words: tuple[str, ...] = ()

    @classmethod
    def missing(cls) -> str:
        """Why not: no Linux, or no bwrap; whether the kernel lets it work is for the probe to find out."""
        if not sys.platform.startswith("linux"):
            return f"this is {sys.platform}, but namespaces are Linux's"
        if not _bubblewrap():
            return "bubblewrap is not installed: sudo apt-get install bubblewrap"
        return ""

    @classmethod
    def version(cls) -> str:
        """The version of bubblewrap."""
        return _version(_bubblewrap())

    @classmethod
    def prepare(cls, visible: Visible) -> Self:
        """The words for what is to be visible."""
        if missing := cls.missing():
            raise NotJudgedError(missing)
        words = [_bubblewrap(), *_ISOLATED]
        # Before the library, in which something is hidden that may lie in one of them.
        whole = [path for path in visible.executable if path.is_dir()]
        hidden = [path for folder in visible.library for path in visible.hidden(folder)]
        for folder in whole:
            words += ("--ro-bind", str(folder.resolve()), str(folder))
        for folder in visible.library:
            words += ("--ro-bind", str(folder), str(folder))
        for folder in hidden:
            words += ("--tmpfs", str(folder))
        for name, real in visible.binds():
            if not _within(name, whole) or _within(name, hidden):
                words += ("--ro-bind", str(real), str(name))
        if visible.writable is not None:
            words += ("--bind", str(visible.writable), str(visible.writable))
        for folder in hidden:
            words += ("--remount-ro", str(folder))
        for device in visible.devices:
            words += ("--dev-bind", str(device), str(device))
        words += ("--remount-ro", "/", "--chdir", "/", "--")
        return cls(words=tuple(words))

    def prefix(self) -> tuple[str, ...]:
        """The words."""
        return self.words

    def fields(self) -> dict[str, object]:
        """Nothing of it is needed inside."""
        return {}


def _within(path: Path, folders: Iterable[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def _bubblewrap() -> str:
    """Where it is, or nothing."""
    import shutil  # noqa: PLC0415 -- only outside

    return shutil.which("bwrap") or ""


@functools.cache
def _version(program: str) -> str:
    import subprocess  # noqa: PLC0415 -- only outside

    if not program:
        return ""
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout.strip()
