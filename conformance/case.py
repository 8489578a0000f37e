"""One case: a configuration of the network, one call of it, and what is asked of the answer."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Literal

Scalar = int | float | str | bool | None
Asks = Literal["values", "gradients", "validation", "training"]
CaseDtype = Literal["float64", "float32"]

UNBATCHED = "unbatched"

#: torch.nn.RNN's constructor arguments with torch's defaults; the two sizes have none.
CONSTRUCTOR_DEFAULTS: dict[str, Scalar] = {
    "num_layers": 1,
    "nonlinearity": "tanh",
    "bias": True,
    "batch_first": False,
    "dropout": 0.0,
    "bidirectional": False,
}
SIZES = ("input_size", "hidden_size")


@dataclass(frozen=True, kw_only=True)
class Case:
    """One configuration, one call, one seed, and what it asks; scalars only, torch's own argument names.

    The configuration is always a valid one: the arrays are drawn for it. What a validation case gets wrong on purpose
    stands in `passed` (constructor arguments as written) and in the fields below it (the call). A training case makes
    one call a step; what it learns, and how, stands in the fields at the end.
    """

    id: str
    asks: Asks

    # The constructor, in torch's order.
    input_size: int
    hidden_size: int
    num_layers: int = 1
    nonlinearity: Literal["tanh", "relu"] = "tanh"
    bias: bool = True
    batch_first: bool = False
    dropout: float = 0.0
    bidirectional: bool = False

    # The call. A batch_size of None is the unbatched form.
    seq_len: int
    batch_size: int | None
    h_0: Literal["absent", "given"] = "absent"
    dtype: CaseDtype = "float64"
    calls: Literal["one", "repeated"] = "one"

    # The numbers. Each scale multiplies what is drawn; see arguments.py.
    weight_scale: float = 1.0
    weight_hh: Literal["random", "zero", "identity"] = "random"
    bias_scale: float = 1.0
    biases: Literal["random", "opposite", "positive", "negative"] = "random"
    input_scale: float = 1.0
    input_steps: Literal["all", "first"] = "all"
    input_special: Literal["none", "nan", "inf", "-inf"] = "none"
    special_step: Literal["first", "middle", "last"] = "first"
    h_0_scale: float = 1.0
    h_0_special: Literal["none", "nan", "inf", "-inf"] = "none"
    layout: Literal["contiguous", "transposed", "strided"] = "contiguous"
    upstream: Literal["both", "output", "h_n", "last_step", "zero"] = "both"
    upstream_row: int | None = None
    upstream_scale: float = 1.0
    digits: int | None = None

    # Validation alone: what is passed wrongly.
    passed: tuple[tuple[str, Scalar], ...] = ()
    omit: Literal["nothing", "input_size", "hidden_size", "both"] = "nothing"
    extra: str | None = None
    input_shape: str | None = None
    input_dtype: str | None = None
    input_type: Literal["array", "none"] = "array"
    h_0_shape: str | None = None
    h_0_dtype: str | None = None
    h_0_type: Literal["array", "tuple"] = "array"

    # Training alone: what is learned, and how. None where a case trains nothing.
    task: Literal["digits", "characters"] | None = None
    optimizer: Literal["SGD", "Adam", "Adagrad"] | None = None
    learning_rate: float | None = None
    steps: int | None = None
    reduction: Literal["mean", "sum"] = "mean"
    clip: float | None = None
    h_0_from: Literal["random", "previous"] = "random"
    updates: Literal["own", "another"] = "own"
    published: Literal["row_sequence_classifier"] | None = None

    # Where it is written down, and whether whoever wrote what is judged may see it.
    file: str = field(default="", compare=False)
    line: int = field(default=0, compare=False)
    visible: bool = field(default=True, compare=False)

    @property
    def directions(self) -> int:
        """1, or 2 if bidirectional."""
        return 2 if self.bidirectional else 1

    @property
    def batched(self) -> bool:
        """Whether input has a batch axis."""
        return self.batch_size is not None

    def settings(self) -> dict[str, Scalar]:
        """Everything that a sweep can set, by name, wrong arguments as passed; what is training alone only there."""
        shown = SETTINGS if self.asks == "training" else SETTINGS_OF_A_CALL
        settings: dict[str, Scalar] = {name: getattr(self, name) for name in shown}
        settings["batch_size"] = UNBATCHED if self.batch_size is None else self.batch_size
        return settings | dict(self.passed)

    def in_dtype(self, dtype: CaseDtype) -> Case:
        """The same case in another dtype; what it gets wrong on purpose stays wrong."""
        swap: dict[str | None, str | None] = {dtype: self.dtype}
        return dataclasses.replace(
            self,
            dtype=dtype,
            input_dtype=swap.get(self.input_dtype, self.input_dtype),
            h_0_dtype=swap.get(self.h_0_dtype, self.h_0_dtype),
        )

    def constructor(self) -> tuple[list[Scalar], dict[str, Scalar]]:
        """Positional and keyword arguments for the constructor: the two sizes by position, the rest by keyword.

        An argument is left out only when its type and value equal torch's default, so that a class that takes two
        sizes is a legitimate small implementation.
        """
        settings = self.settings()
        sizes = {name: settings[name] for name in SIZES if self.omit not in (name, "both")}
        keywords = {name: settings[name] for name in CONSTRUCTOR_DEFAULTS if not _is_default(name, settings[name])}
        if self.extra is not None:
            keywords[self.extra] = 0
        if self.omit == "input_size":
            return [], sizes | keywords
        return list(sizes.values()), keywords

    @property
    def complexity(self) -> tuple[int, ...]:
        """Sorts cases from the simplest to the most complex, so that the simplest failure is shown first."""
        batch = self.batch_size or 0
        size = self.seq_len * max(batch, 1) * (self.input_size + self.hidden_size)
        unusual = sum(getattr(self, f.name) != f.default for f in dataclasses.fields(self) if f.name in _UNUSUAL)
        unusual += (self.dtype != "float64") + (self.batch_size == 0)
        options = sum(
            (self.nonlinearity != "tanh", self.batch_first, self.h_0 == "given", not self.bias, self.dropout > 0)
        )
        scans = self.num_layers * self.directions
        asked = {"gradients": 1, "training": 2}.get(self.asks, 0)
        return (asked, unusual, scans, self.calls == "repeated", options, size * (self.steps or 1))


#: The settings that make numbers unusual; a failure without any is shown first.
_UNUSUAL = frozenset({
    "weight_scale", "bias_scale", "biases", "input_scale", "input_steps", "input_special", "h_0_scale", "h_0_special",
    "layout", "upstream_row", "upstream_scale",
})  # fmt: skip


def _is_default(name: str, value: Scalar) -> bool:
    """Whether a value is torch's default in type and value."""
    default = CONSTRUCTOR_DEFAULTS[name]
    return type(value) is type(default) and value == default


#: The names that a sweep may set, in the order in which they stand in an id.
SETTINGS: tuple[str, ...] = tuple(
    f.name for f in dataclasses.fields(Case) if f.name not in {"id", "asks", "passed", "file", "line", "visible"}
)

#: Those of a training case alone.
TRAINING_ONLY = (
    "task", "optimizer", "learning_rate", "steps", "reduction", "clip", "h_0_from", "updates", "published"
)  # fmt: skip

#: Those of every other case.
SETTINGS_OF_A_CALL = tuple(name for name in SETTINGS if name not in TRAINING_ONLY)
