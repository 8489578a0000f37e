"""How an instance of somebody else's class is built from torch's arguments."""

from __future__ import annotations

import dataclasses
import inspect
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from inspect import Parameter
from typing import Any

from conformance.array_attributes import describe_arrays
from conformance.array_mapping import roles
from conformance.case import CONSTRUCTOR_DEFAULTS
from conformance.quiet import quiet
from conformance.scaffold import argument_names
from conformance.scaffold.subject import Subject
from conformance.scaffold.trial import HIDDEN_SIZE, INPUT_SIZE, OUTPUT_SIZE

#: What torch's constructor takes beside the sizes, and an adapter hands on where theirs takes it too.
OPTIONS = ("num_layers", "nonlinearity", "bias", "bidirectional")

_SETTINGS: dict[str, Any] = {"input_size": INPUT_SIZE, "hidden_size": HIDDEN_SIZE, "nonlinearity": "tanh", "bias": True}
_MOST_UNKNOWN = 3


@dataclass(frozen=True)
class Construction:
    """A call of their constructor: their argument names, and the Python that stands for each.

    `offers` are torch's options that it takes, `unset` those that it takes under a name of its own and in a type that
    is not torch's, `weights` those of its arguments that are weights themselves.
    """

    name: str
    arguments: tuple[tuple[str, str], ...]
    offers: frozenset[str] = frozenset()
    weights: tuple[str, ...] = ()
    guessed: tuple[str, ...] = ()
    unset: tuple[tuple[str, str], ...] = ()

    @property
    def call(self) -> str:
        """Python that builds it, where input_size, hidden_size and the options are at hand."""
        written = ", ".join(f"{name}={text}" if name else text for name, text in self.arguments)
        return f"theirs.{self.name}({written})"

    @property
    def remark(self) -> str:
        """What was guessed, or what is no part of an RNN's own sizes."""
        told = [f"{name}: a guess, since only so do its arrays fit" for name in self.guessed]
        told += [f"{OUTPUT_SIZE}: for its output layer" for _, text in self.arguments if text == str(OUTPUT_SIZE)]
        return "; ".join(dict.fromkeys(told))

    def build(self, subject: Subject, settings: Mapping[str, Any]) -> Any:
        """An instance, for torch's arguments; raises whatever the constructor raises."""
        names = {"theirs": subject.module, **_SETTINGS, "num_layers": 1, "bidirectional": False, **settings}
        with quiet():
            return eval(self.call, names)  # noqa: S307 -- Python that was put together here

    def without(self, option: str) -> Construction:
        """The same, with torch's default for one of the options."""
        fixed = repr(CONSTRUCTOR_DEFAULTS[option])
        kept = tuple((name, fixed if text == option else text) for name, text in self.arguments)
        return dataclasses.replace(self, arguments=kept, offers=self.offers - {option})


def find(subject: Subject) -> Construction | str:
    """The construction whose instance holds recurrent weights; else any that works; else why none does."""
    first: Construction | None = None
    failure = ""
    for construction in _candidates(subject):
        if construction.weights:
            return construction
        try:
            instance = construction.build(subject, {})
        except Exception as error:  # noqa: BLE001 -- what their constructor says to a wrong guess
            failure = (
                failure or f"{construction.call} raises {type(error).__name__}: {' '.join(str(error).split())[:200]}"
            )
            continue
        held = {role.kind for role in roles(describe_arrays(instance), INPUT_SIZE, HIDDEN_SIZE).values()}
        if "weights" in held or {"weight_ih", "weight_hh"} <= held:
            return construction
        first = first or construction
    return first or failure or "its arguments are too many to guess"


def holds_recurrent_weights(subject: Subject) -> bool:
    """Whether a class may be an RNN: its instances hold hidden-to-hidden weights, or no arrays before they run."""
    if subject.follows_contract:
        return True
    construction = find(subject)
    if isinstance(construction, str):
        return _expects_sizes(subject)
    if construction.weights:
        return True
    arrays = describe_arrays(construction.build(subject, {}))
    held = {role.kind for role in roles(arrays, INPUT_SIZE, HIDDEN_SIZE).values()}
    return bool(held & {"weights", "weight_hh"}) or (not arrays and _expects_sizes(subject))


def _expects_sizes(subject: Subject) -> bool:
    """Whether a constructor asks for a hidden size by name."""
    return any(argument_names.constructor_argument(name) == "hidden_size" for name in _parameters(subject.value))


def _candidates(subject: Subject) -> Iterator[Construction]:
    """Calls worth trying, the likeliest first."""
    parameters = _parameters(subject.value)
    known = _known(parameters)
    required = [name for name, p in parameters.items() if p.default is Parameter.empty]
    unknown = [name for name in required if name not in known]
    weights = tuple(name for name in unknown if argument_names.role(name) == "weight")
    unknown = [name for name in unknown if name not in weights]
    if len(unknown) > _MOST_UNKNOWN:
        return
    options = [torchs for name, torchs in known.items() if torchs in OPTIONS and _takes(parameters[name], torchs)]
    unset = tuple((torchs, name) for name, torchs in known.items() if torchs in OPTIONS and torchs not in options)
    for kept in dict.fromkeys((tuple(options), ())):
        sizes = ("input_size", "hidden_size", str(OUTPUT_SIZE))
        for guess in itertools.product(sizes, repeat=len(unknown)):
            texts = _texts(parameters, known, kept) | dict(zip(unknown, guess, strict=True))
            texts |= {name: f"self.{name}" for name in weights}
            written = tuple((_keyword(parameters[name]), texts[name]) for name in parameters if name in texts)
            yield Construction(subject.name, written, frozenset(kept), weights, tuple(unknown), unset)


def _parameters(value: Any) -> dict[str, Parameter]:
    """Arguments by name; none where the signature cannot be read."""
    try:
        parameters = inspect.signature(value).parameters
    except (TypeError, ValueError):
        return {}
    several = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
    return {name: p for name, p in parameters.items() if p.kind not in several}


def _known(parameters: Mapping[str, Parameter]) -> dict[str, str]:
    """torch's name by theirs; without a hidden size, the size of what it puts out is the hidden size."""
    known = {name: torchs for name in parameters if (torchs := argument_names.constructor_argument(name))}
    if "hidden_size" not in known.values():
        known = {name: "hidden_size" if torchs == "output_size" else torchs for name, torchs in known.items()}
    first: dict[str, str] = {}
    for name, torchs in known.items():
        if torchs not in first.values():
            first[name] = torchs
    return first


def _texts(parameters: Mapping[str, Parameter], known: Mapping[str, str], options: tuple[str, ...]) -> dict[str, str]:
    """The Python for what is known; what is optional and no option of torch's stays at its default."""
    texts = {}
    for name, torchs in known.items():
        is_required = parameters[name].default is Parameter.empty
        if torchs in ("input_size", "hidden_size") or torchs in options:
            texts[name] = torchs
        elif is_required:
            other = {"output_size": str(OUTPUT_SIZE), "num_layers": "1", "dropout": "0.0", "nonlinearity": '"tanh"'}
            texts[name] = other.get(torchs, "False" if torchs != "bias" else "True")
    return texts


def _takes(parameter: Parameter, torchs: str) -> bool:
    """Whether a default shows that the option is of torch's type."""
    kinds: dict[str, type] = {"num_layers": int, "nonlinearity": str, "bias": bool, "bidirectional": bool}
    return parameter.default is Parameter.empty or type(parameter.default) is kinds[torchs]


def _keyword(parameter: Parameter) -> str:
    """The name to pass an argument by; nothing where it is passed by position."""
    return "" if parameter.kind is Parameter.POSITIONAL_ONLY else parameter.name
