"""How torch's parameters get into somebody else's arrays: what stands in an adapter's load_state_dict."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from conformance.array_attributes import Kind as ArrayKind
from conformance.array_role import Role
from conformance.scaffold.location import Location
from conformance.scaffold.phrase import comment, commented
from conformance.scaffold.trial import LETTERS

_SET = "setattr(self.theirs, name, value)"


@dataclass(frozen=True)
class Slot:
    """One array of theirs: where it is, what it is, and the further places that show the very same array."""

    location: Location
    role: Role
    kind: ArrayKind = "array"
    aliases: tuple[Location, ...] = ()
    in_place: bool = False  # what holds it, a tuple or a property, cannot be given another array
    needs_grad: bool = False  # a tensor that autograd would otherwise pass over
    remark: str = ""

    def lines(self) -> list[str]:
        """Python that fills it."""
        remark = comment(self.remark) if self.remark else []
        others = [alias.assign(self.location.read) + "  # the same array" for alias in self.aliases]
        kept = [f"{self.location.read}.requires_grad_()"] if self.needs_grad else []
        return [*remark, *commented(self._assignment(), self._comment()), *others, *kept]

    def _assignment(self) -> str:
        """The line itself; a tensor keeps its identity, which an optimizer or another attribute may share."""
        value = self.role.expression("_l{k}" if self.location.is_layered else "_l0")
        if self.kind == "tensor" and self.location.owner == "self.theirs":
            return f"{self.location.read}.data = torch.from_numpy({value})"
        if self.kind == "tensor":
            return self.location.assign(f"torch.from_numpy({value}).requires_grad_()")
        if self.in_place:
            return f"{self.location.read}[...] = {value}"
        if self.kind == "list":
            value = f"({value}).tolist()" if " + " in value else f"{value}.tolist()"
        return self.location.assign(value)

    def _comment(self) -> str:
        of_layer_0 = "in layer 0 " if self.location.is_layered and "weight_ih" in self.role.parameters else ""
        return of_layer_0 + self.role.told(LETTERS)

    def read_gradients(self, array: str) -> dict[str, str]:
        """Python that reads the gradients of torch's parameters off this one's, by parameter without layer."""
        return self.role.gradients(array)


@dataclass(frozen=True)
class Wiring:
    """All arrays of theirs that take parameters.

    `before` are lines that come first; `after` lines that come last: their object, where it is built of its weights.
    `fixed`: the arrays are named as torch names them, so that nothing about them is open; `named`: they are attributes
    with torch's full names, so that those of a second direction are known too.
    """

    slots: tuple[Slot, ...]
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    fixed: bool = False
    named: bool = False

    @property
    def is_layered(self) -> bool:
        """Whether it serves any number of layers."""
        return any(slot.location.is_layered for slot in self.slots)

    @property
    def has_bias(self) -> bool:
        """Whether there is anything that takes a bias."""
        return any(slot.role.is_bias for slot in self.slots)

    @property
    def missing(self) -> tuple[str, ...]:
        """torch's parameters, but for a bias, that nothing takes."""
        taken = {name for slot in self.slots for name in slot.role.parameters}
        return tuple(name for name in ("weight_ih", "weight_hh") if name not in taken)

    def lines(self, *, optional_bias: bool = False) -> list[str]:
        """The body of load_state_dict; with `optional_bias`, biases only `if self.bias`."""
        if self.named:
            is_tensor = self.slots[0].kind == "tensor"
            fill = "getattr(self.theirs, name).data = torch.from_numpy(value)" if is_tensor else _SET
            return ["for name, value in state.items():  # the names are torch's own", f"    {fill}"]
        return [*self.before, *self.each(Slot.lines, optional_bias=optional_bias), *self.after]

    def each(self, write: Callable[[Slot], list[str]], *, optional_bias: bool) -> list[str]:
        """What `write` says of every array in every layer."""
        weights = [line for slot in self.slots if not slot.role.is_bias for line in write(slot)]
        biases = [line for slot in self.slots if slot.role.is_bias for line in write(slot)]
        if biases and optional_bias:
            biases = ["if self.bias:", *(f"    {line}" for line in biases)]
        body = [*weights, *biases]
        return ["for k in range(self.num_layers):", *(f"    {line}" for line in body)] if self.is_layered else body

    def variants(self) -> Iterator[Wiring]:
        """Itself, then what the shapes admit just as well: W_hh from the other side, x and h in the other order."""
        yield self
        if self.fixed:
            return
        for index, slot in enumerate(self.slots):
            if slot.role.kind == "weight_hh":
                yield self._with(index, slot.role.turned())
            if slot.role.kind == "weights":
                yield self._with(index, slot.role.swapped())

    def remarked(self, *, settled: bool) -> Wiring:
        """With a remark at what its shape leaves open: `settled` where a trial run agreed with torch's equations."""
        if self.fixed:
            return self
        slots = tuple(dataclasses.replace(slot, remark=_remark(slot, settled=settled)) for slot in self.slots)
        return dataclasses.replace(self, slots=slots)

    def _with(self, index: int, role: Role) -> Wiring:
        slots = list(self.slots)
        slots[index] = dataclasses.replace(slots[index], role=role)
        return dataclasses.replace(self, slots=tuple(slots))


#: Where nothing is known.
NO_WIRING = Wiring(())


def _remark(slot: Slot, *, settled: bool) -> str:
    """What a shape leaves open, and how it was decided."""
    role, name = slot.role, slot.location.name
    if role.kind == "weight_hh":
        if settled:
            return f"{name} is square and does not show its side; a trial run agreed with torch this way round."
        other = "without the .T" if role.transposed else "with .T behind it"
        return (
            f"{name} is square and does not show its side; it is taken to be like W_ih's. Perhaps it belongs {other}."
        )
    if role.kind == "weights":
        order = "h first, then x" if role.hidden_first else "x first, then h"
        if settled:
            return f"{name}'s shape does not show the order; a trial run agreed with torch with {order}."
        return f"{name}'s shape does not show the order; taken as {order}. Perhaps it is the other way round."
    return ""
