"""Telling which of several arrays is the gradient of what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from conformance.arguments import Array
from conformance.array_mapping import is_copy
from conformance.scaffold.answer import plain
from conformance.scaffold.attempt import Failed, attempt, evaluate
from conformance.scaffold.backward import Gradients, Way
from conformance.scaffold.call import Source
from conformance.scaffold.layout import as_array, recognise
from conformance.scaffold.location import Location, across_layers
from conformance.scaffold.trial import Trial
from conformance.scaffold.wiring import Slot, Wiring

_NAMED = {
    "input": re.compile(r"^_?(d|grad|delta)_?(x|xs|xt|inputs?|X)$|^(x|inputs?)_grad$"),
    "h_0": re.compile(r"^_?(d|grad|delta)_?([has]_?(0|prev\w*|init|next)?|init\w*|state\w*|hidden\w*)$"),
}
#: What it may be called where nothing but gradients is returned.
_RETURNED = {"input": re.compile(r"^(xs?|inputs?)$", re.IGNORECASE), "h_0": re.compile(r"^[has]_?0$")}


class Candidates:
    """What may be gradients: values by the Python that leads to them, in the order of likeliness."""

    def __init__(self, values: Mapping[str, Any], trial: Trial, wiring: Wiring, names: Mapping[str, Any]) -> None:
        self._values = values
        self._trial = trial
        self._wiring = wiring
        self._names = names

    def gradients(self, way: Way, *, with_h_0: bool) -> Gradients:
        """Every gradient that can be told, by its values, or else by its name and shape."""
        sources: dict[str, str] = {}
        agreeing: set[str] = set()
        missing: list[str] = []
        for name in ("input", "h_0") if with_h_0 else ("input",):
            text, agrees = self._sequence(name)
            if text:
                sources[name] = text
                agreeing |= {name} if agrees else set()
            else:
                missing.append(name)
        for slot in self._wiring.slots:
            where, agrees = self._parameter(slot)
            if where is None:
                missing += slot.role.parameters
                continue
            found = slot.read_gradients(where.read)
            sources |= found
            agreeing |= set(found) if agrees else set()
        return Gradients(way, sources, frozenset(agreeing), tuple(missing), self._seen())

    def _seen(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """What was returned, and what is named like a gradient, with their shapes."""
        likely = (item for item in self._values.items() if item[0].startswith("gradients") or is_copy(item[0]))
        stacked = ((text, as_array(value)) for text, value in likely)
        return tuple((text, array[0].shape) for text, array in stacked if array is not None)

    def _sequence(self, name: str) -> tuple[str, bool]:
        """Python for the gradient of input or h_0 in our layout, and whether it agrees; nothing if there is none."""
        one = self._trial.case.batch_size == 1
        wanted = self._trial.gradients[name]
        wanted = wanted[:, 0] if one else wanted
        shaped = [
            Source(text, layout)
            for text, value in self._values.items()
            for layout in recognise(value, wanted.shape, is_sequence=name == "input")
            if not layout.spare
        ]
        for source in shaped:
            if self._agrees(source.read("np"), wanted):
                return source.read("np"), True
        returned = [s for s in shaped if s.text.startswith("gradients")]
        named = [s for s in shaped if _NAMED[name].match(_word(s.text))]
        named += [s for s in returned if _RETURNED[name].match(_word(s.text))]
        return next((s.read("np") for s in (*named, *returned)), ""), False

    def _parameter(self, slot: Slot) -> tuple[Location | None, bool]:
        """Where the gradient of an array of theirs is, and whether it agrees."""
        for matches in (self._agreeing, self._named):
            layers = [matches(slot, layer) for layer in range(self._trial.case.num_layers)]
            for first in layers[0]:
                if len(layers) == 1:
                    return first, matches == self._agreeing
                for second in layers[1]:
                    where = across_layers(first, second)
                    if where is not None:
                        return where, matches == self._agreeing
        return None, False

    def _agreeing(self, slot: Slot, layer: int) -> list[Location]:
        """Those with the right values."""
        found = []
        for where in self._shaped(slot, layer):
            texts = slot.read_gradients(where.read)
            wanted = {name: self._trial.gradients[f"{name}_l{layer}"] for name in texts}
            if all(self._agrees(text, wanted[name]) for name, text in texts.items()):
                found.append(where)
        return sorted(found, key=lambda where: not _alike(where, slot.location.at(layer)))

    def _named(self, slot: Slot, layer: int) -> list[Location]:
        """Those named like the array: dWxh or grads['Wxh'] for Wxh."""
        own = slot.location.at(layer)
        return [
            where
            for where in self._shaped(slot, layer)
            if _alike(where, own) and (where.owner == "gradients" or (where != own and is_copy(where.path)))
        ]

    def _shaped(self, slot: Slot, layer: int) -> list[Location]:
        """Those of the array's shape, or of its shape without axes of length 1."""
        shape = _value_shape(self._names, slot.location.at(layer))
        found = []
        for text, value in self._values.items():
            stacked = as_array(value)
            if stacked is not None and stacked[0].shape == shape:
                owner = "gradients" if text.startswith("gradients") else "self.theirs"
                found.append(Location(owner, text[len(owner) :]))
        return found

    def _agrees(self, text: str, wanted: Array) -> bool:
        value = attempt(lambda: plain(evaluate(text, self._names)))
        return not isinstance(value, Failed) and self._trial.agrees(value, wanted)


def _value_shape(names: Mapping[str, Any], where: Location) -> tuple[int, ...]:
    stacked = attempt(lambda: as_array(evaluate(where.read, names)))
    return () if isinstance(stacked, Failed) or stacked is None else stacked[0].shape


def _word(text: str) -> str:
    """The last word of a path."""
    words: list[str] = re.findall(r"[A-Za-z_]\w*", text)
    return words[-1] if words else ""


def _alike(where: Location, own: Location) -> bool:
    """Whether one's last word is the other's but for what says that it is a gradient."""
    bare = re.sub(r"^_?(d|grad|delta|g)_?|_?(grad|gradient)$", "", _word(where.path))
    return bare == _word(own.path) or _word(where.path) == _word(own.path)
