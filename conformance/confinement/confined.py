"""The layers as the confined process holds them: read from a line of text, put on itself and its children."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from conformance.confinement import kernel
from conformance.confinement.landlock import Landlock
from conformance.confinement.layer import Layer
from conformance.confinement.limits import Limits
from conformance.confinement.namespaces import Namespaces
from conformance.confinement.privileges import Privileges
from conformance.confinement.seccomp import Seccomp

#: In the order in which they are put on: each of these would get in the way of the one before it.
ORDER: tuple[type[Layer], ...] = (Namespaces, Privileges, Limits, Landlock, Seccomp)


@dataclass(frozen=True)
class Confined:
    """Layers, in their order."""

    layers: tuple[Layer, ...]

    @classmethod
    def of(cls, layers: Iterable[Layer]) -> Self:
        """Layers in any order."""
        return cls(tuple(sorted(layers, key=lambda layer: ORDER.index(type(layer)))))

    @classmethod
    def from_text(cls, text: str) -> Self:
        """What `text` wrote."""
        given = json.loads(text)
        kernel_needed = any(kind.name in given for kind in ORDER if kind is not Limits)
        if kernel_needed:
            kernel.ready()
        return cls(tuple(kind(**given[kind.name]) for kind in ORDER if kind.name in given))

    def text(self) -> str:
        """One line that holds all that was prepared."""
        return json.dumps({layer.name: layer.fields() for layer in self.layers})

    def put_on_parent(self) -> None:
        """Confine the warm parent, once, when it has imported all that it needs; raises OSError."""
        for layer in self.layers:
            layer.put_on_parent()

    def put_on(self) -> None:
        """Confine a child, first thing after the fork and before it reads a line of the submission; raises OSError."""
        for layer in self.layers:
            layer.put_on()
