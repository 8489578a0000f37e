"""How a confined process is started: a command, the descriptors that it inherits, and an environment of two words."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from conformance.confinement.confined import Confined
from conformance.confinement.layer import Layer, NotJudgedError
from conformance.confinement.limits import Limits, tasks_of_this_user
from conformance.confinement.namespaces import Namespaces
from conformance.confinement.visible import HOME, Visible

#: All that a confined process finds in its environment. One thread each: a second one forbids a user namespace of its
#: own (unshare(2), EINVAL), is no faster at a case's size, and would not survive the fork.
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Confinement:
    """Layers that are prepared and a process that can be started under them, as often as wanted, until it is closed.

    Start it with `subprocess.Popen(it.command(...), env=ENVIRONMENT, pass_fds=it.descriptors, close_fds=True)`.
    """

    confined: Confined
    visible: Visible

    @classmethod
    def prepare(
        cls, kinds: Iterable[type[Layer]], limits: Limits | None = None, visible: Visible | None = None
    ) -> Self:
        """Prepare layers of these kinds; raises NotJudgedError, in a sentence, where one is missing."""
        kinds, seen = tuple(kinds), visible or Visible.here()
        made: list[Layer] = []
        try:
            for kind in kinds:
                one = limits or Limits() if kind is Limits else _prepared(kind, seen)
                made.append(one)  # one by one, so that those before a missing one can be closed
        except NotJudgedError:
            cls(Confined(tuple(made)), seen).close()
            raise
        alone = Namespaces in kinds
        return cls(Confined.of(layer if alone else _shared(layer) for layer in made), seen)

    def command(self, entry: str, *arguments: str, imports: Iterable[str] = ("numpy",)) -> list[str]:
        """The command that imports some packages and then runs `module:function` with the layers and the arguments."""
        line = {
            "packages": {"conformance": str(HOME), **{name: str(folder) for name, folder in self.visible.packages}},
            "imports": list(imports),
            "layers": self.confined.text(),
            "entry": entry,
        }
        prefix = [word for layer in self.confined.layers for word in layer.prefix()]
        python = [str(self.visible.python), "-I", "-S", "-B", "-X", "utf8"]
        return [*prefix, *python, str(HOME / "confinement" / "boot.py"), json.dumps(line), *arguments]

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What the process has to inherit besides its standard streams."""
        return tuple(descriptor for layer in self.confined.layers for descriptor in layer.descriptors)

    def close(self) -> None:
        """Close what was opened to prepare the layers."""
        for layer in self.confined.layers:
            layer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _prepared(kind: type[Layer], visible: Visible) -> Layer:
    if missing := kind.missing():
        raise NotJudgedError(f"the layer {kind.name} is missing: {missing}")
    return kind.prepare(visible)


def _shared(layer: Layer) -> Layer:
    """Without a user namespace the kernel counts all of this user's processes together."""
    if not isinstance(layer, Limits):
        return layer
    return replace(layer, processes=layer.processes + tasks_of_this_user())
