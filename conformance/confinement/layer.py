"""A layer: one thing that keeps a submission in, whether this machine offers it, and what it must refuse."""

from __future__ import annotations

import dataclasses
import importlib
import os
from typing import Any, ClassVar, Self

from conformance.confinement.attempt import Attempt, Targets
from conformance.confinement.visible import Visible


@dataclasses.dataclass(frozen=True, kw_only=True)
class Layer:
    """A layer that was prepared outside and can be put on by the process that it is to hold.

    `name` is its name, `what` says in a few words what it does, and `refuses` are the attempts that it refuses alone.
    """

    name: ClassVar[str]
    what: ClassVar[str]
    refuses: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def missing(cls) -> str:
        """Why this machine does not offer it, as a sentence; empty where it does."""
        return ""

    @classmethod
    def version(cls) -> str:
        """What stands behind it on this machine, such as a program's version; empty where there is nothing to say."""
        return ""

    @classmethod
    def prepare(cls, visible: Visible) -> Self:
        """Everything that can be made before the process starts; raises NotJudgedError where that fails."""
        del visible
        return cls()

    def must_refuse(self) -> tuple[str, ...]:
        """The attempts that it must refuse on this machine."""
        return self.refuses

    def prefix(self) -> tuple[str, ...]:
        """The words before a command that put this layer on; none where a process puts it on itself."""
        return ()

    @property
    def descriptors(self) -> tuple[int, ...]:
        """Open descriptors that the process has to inherit."""
        return ()

    def put_on_parent(self) -> None:
        """Put it on the warm parent, as far as that one can still do its work under it; raises OSError."""

    def put_on(self) -> None:
        """Put it on this process, for good, in a freshly forked child; raises OSError."""

    def probe(self, targets: Targets) -> tuple[Attempt, ...]:
        """Try all that it refuses, from inside, in a child with this layer alone."""
        # A warm parent that probes nothing starts without all that is tried.
        from conformance.confinement.probing import tried  # noqa: PLC0415

        return tried(self.must_refuse(), targets, self.put_on)

    def close(self) -> None:
        """Close its descriptors here; the processes that inherited them keep theirs."""
        for descriptor in self.descriptors:
            os.close(descriptor)

    def fields(self) -> dict[str, Any]:
        """What was prepared, as JSON can hold it."""
        return dataclasses.asdict(self)


class NotJudgedError(Exception):
    """A submission cannot be judged safely here, and why: neither a pass nor a fail."""


def binding(name: str, offers: str) -> Any:
    """A Python package of the extra `gate`; raises NotJudgedError where it, or what it stands on, is missing."""
    try:
        return importlib.import_module(name)
    except ImportError:
        raise NotJudgedError(
            f"{name} is not installed, but {offers} needs it: python3 -m pip install 'rnn-conformance[gate]'"
        ) from None
    except (OSError, RuntimeError) as error:  # pyseccomp, where libseccomp is not installed
        raise NotJudgedError(f"{name} cannot be used: {error}") from None
