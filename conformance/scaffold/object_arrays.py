"""The wiring of an object that holds its weights as attributes."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from conformance.array_attributes import ArrayAttribute, find_arrays
from conformance.array_mapping import roles
from conformance.array_role import Role, Shape
from conformance.scaffold.attempt import Failed, attempt, evaluate, execute
from conformance.scaffold.location import Location, across_layers, location
from conformance.scaffold.trial import HIDDEN_SIZE, INPUT_SIZE
from conformance.scaffold.wiring import Slot, Wiring

OWNER = "self.theirs"


def one_layer(instance: Any) -> Wiring:
    """The wiring of an instance with one layer."""
    arrays = find_arrays(instance)
    found = roles([(array.path, array.shape) for array in arrays], INPUT_SIZE, HIDDEN_SIZE)
    slots = tuple(
        _slot(array, location(OWNER, array.path), found[array.path]) for array in arrays if array.path in found
    )
    return _wiring(slots, instance)


def any_layers(instance: Any) -> Wiring | None:
    """The wiring of an instance with two layers, for any number of them; None where they cannot be told apart."""
    layered = _layered(find_arrays(instance))
    found = roles([(array.path, array.shape) for array, _, _ in layered], INPUT_SIZE, HIDDEN_SIZE)
    slots = []
    for array, where, upper in layered:
        role = found.get(array.path)
        if role is None:
            continue
        if upper.shape != _upper_shape(role):
            return None
        aliases = [across_layers(location(OWNER, a), location(OWNER, b)) for a in array.aliases for b in upper.aliases]
        kept = tuple(alias for alias in aliases if alias is not None)
        slots.append(dataclasses.replace(_slot(array, where, role), aliases=kept))
    wiring = _wiring(tuple(slots), instance)
    return None if wiring.missing else wiring


def _layered(arrays: list[ArrayAttribute]) -> list[tuple[ArrayAttribute, Location, ArrayAttribute]]:
    """Every array of the first layer, its place with the layer left open, and its counterpart in the second."""
    found = []
    for lower in arrays:
        for upper in arrays:
            where = across_layers(location(OWNER, lower.path), location(OWNER, upper.path))
            if where is not None:
                found.append((lower, where, upper))
                break
    return found


def _upper_shape(role: Role) -> Shape:
    """The shape that the same array has in the second layer, which reads hidden units."""
    if role.is_bias or role.kind == "weight_hh":
        return role.shape
    if role.kind == "weight_ih":
        return tuple(HIDDEN_SIZE if size == INPUT_SIZE else size for size in role.shape)
    return tuple(2 * HIDDEN_SIZE if size == INPUT_SIZE + HIDDEN_SIZE else size for size in role.shape)


def _slot(array: ArrayAttribute, where: Location, role: Role) -> Slot:
    return Slot(where, role, array.kind, tuple(location(OWNER, alias) for alias in array.aliases))


def _wiring(slots: tuple[Slot, ...], instance: Any) -> Wiring:
    """The wiring; where an array cannot be replaced, it is filled in place."""
    checked = tuple(_fitted(slot, _Holder(instance)) for slot in slots)
    fixed = bool(slots) and all(_is_torchs(slot) for slot in slots)
    named = fixed and all(slot.location.at(0).path == f".{slot.role.kind}_l0" for slot in slots)
    return Wiring(checked, _before(instance), fixed=fixed, named=named)


def _before(instance: Any) -> tuple[str, ...]:
    """A torch.nn.Module's other parameters, an output layer's, must have the dtype of those that are loaded."""
    is_module = "_parameters" in getattr(instance, "__dict__", {}) and callable(getattr(instance, "to", None))
    return ('self.theirs.to(torch.from_numpy(state["weight_ih_l0"]).dtype)',) if is_module else ()


def _fitted(slot: Slot, holder: _Holder) -> Slot:
    """The slot with what its array's kind or its holder asks for."""
    first = slot.location.at(0)
    if slot.kind == "tensor":
        tensor = evaluate(first.read, {"self": holder})
        return dataclasses.replace(slot, needs_grad=not tensor.requires_grad)
    replaced = attempt(lambda: execute(first.assign(first.read), {"self": holder}))
    return dataclasses.replace(slot, in_place=True, aliases=()) if isinstance(replaced, Failed) else slot


class _Holder:
    """Stands for the adapter, whose attribute `theirs` is their object."""

    def __init__(self, theirs: Any) -> None:
        self.theirs = theirs


def _is_torchs(slot: Slot) -> bool:
    """Whether an array has torch's own name and way round, so that nothing is open."""
    name = slot.location.at(0).path
    return bool(re.search(rf"\b{slot.role.kind}(_l0)?$", name)) and not slot.role.transposed
