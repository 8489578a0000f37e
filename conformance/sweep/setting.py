"""A setting: one name that a sweep may set, the values it may take, and what an editor says about it."""

from __future__ import annotations

import keyword
import re
from functools import cache
from typing import Annotated, Any, Literal, get_type_hints

from pydantic import AfterValidator, Field, PlainValidator, TypeAdapter, WithJsonSchema
from pydantic_core import PydanticCustomError

from conformance.case import CONSTRUCTOR_DEFAULTS, SETTINGS, SIZES, TRAINING_ONLY, UNBATCHED, Asks, Case
from conformance.sweep import scalar

#: The constructor's arguments; a validation file may give them any scalar.
ARGUMENTS = (*SIZES, *CONSTRUCTOR_DEFAULTS)

#: What a call gets wrong on purpose: settable in validation files alone.
VALIDATION_ONLY = (
    "omit", "extra", "input_shape", "input_dtype", "input_type", "h_0_shape", "h_0_dtype", "h_0_type"
)  # fmt: skip

#: What a training file may set: numbers come from its task, and the layer's parameters are drawn as torch draws them.
_OF_TRAINING = (*ARGUMENTS, "seq_len", "batch_size", "h_0", "h_0_scale", "dtype", *TRAINING_ONLY)

_SHAPE = "scalar|[0-9]{1,4}(x[0-9]{1,4}){0,4}"


def _batch_size(value: object) -> int | str:
    """A number of sequences, or the word for none."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if value == UNBATCHED:
        return UNBATCHED
    wanted = f"a whole number from 0 up, or {UNBATCHED}"
    raise PydanticCustomError("batch_size", "{wanted}", {"wanted": wanted, "choices": [UNBATCHED]})


def _scalar(value: object) -> scalar.Scalar:
    """Anything that YAML can write without a bracket."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise PydanticCustomError("scalar", "{wanted}", {"wanted": "a single value"})


def _shape(value: object) -> str:
    """Sizes with x between them, or the word for no axis at all."""
    if isinstance(value, str) and re.fullmatch(_SHAPE, value):
        return value
    wanted = "a shape such as 7x5x9, '5' or scalar (in quotes where it would read as a number, as 0x8 does)"
    raise PydanticCustomError("shape", "{wanted}", {"wanted": wanted})


def _keyword(value: str) -> str:
    """The name of an argument that torch.nn.RNN does not have."""
    if value.isidentifier() and not keyword.iskeyword(value) and value not in ARGUMENTS:
        return value
    raise PydanticCustomError("keyword", "{wanted}", {"wanted": "the name of an argument that torch.nn.RNN lacks"})


_Size = Annotated[int, Field(ge=1)]
_Scale = Annotated[float, Field(ge=0, allow_inf_nan=False)]
_Shape = Annotated[Any, PlainValidator(_shape), WithJsonSchema({"type": "string", "pattern": f"^({_SHAPE})$"})]
_Dtype = Literal["float64", "float32", "float16", "int64", "bool"]
_Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
_Batch = Annotated[
    Any,
    PlainValidator(_batch_size),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0}, {"const": UNBATCHED}]}),
]
AnyScalar = Annotated[
    Any,
    PlainValidator(_scalar),
    WithJsonSchema({"type": ["integer", "number", "string", "boolean", "null"]}),
]

# What Case's own annotation does not say.
_NARROWED: dict[str, Any] = {
    **dict.fromkeys(("input_size", "hidden_size", "num_layers", "seq_len"), _Size),
    **dict.fromkeys(("weight_scale", "bias_scale", "input_scale", "h_0_scale", "upstream_scale"), _Scale),
    "dropout": Annotated[float, Field(ge=0, le=1)],
    "upstream_row": Annotated[int, Field(ge=0)],
    "digits": Annotated[int, Field(ge=0, le=15)],
    "batch_size": _Batch,
    "extra": Annotated[str, AfterValidator(_keyword)],
    **dict.fromkeys(("input_shape", "h_0_shape"), _Shape),
    **dict.fromkeys(("input_dtype", "h_0_dtype"), _Dtype),
    "task": Literal["digits", "characters"],
    "optimizer": Literal["SGD", "Adam", "Adagrad"],
    "steps": _Size,
    **dict.fromkeys(("learning_rate", "clip"), _Positive),
    "published": Literal["row_sequence_classifier"],
}

_ABOUT = {
    "input_size": "I: how many features each time step has.",
    "hidden_size": "H: how many units each direction of each layer has.",
    "num_layers": "L: how many layers stand on one another.",
    "nonlinearity": "tanh or relu.",
    "bias": "Whether b_ih and b_hh exist.",
    "batch_first": "Whether input and output are (B, T, ...); h_0 and h_n never are.",
    "dropout": "Has no effect with one layer, and appears in values and gradients with one layer alone.",
    "bidirectional": "Whether each layer also reads the sequence backwards.",
    "seq_len": "T: how many time steps.",
    "batch_size": "B: how many sequences; unbatched leaves the axis out.",
    "h_0": "Whether the call passes an initial state.",
    "dtype": "float64 judges semantics, float32 judges precision.",
    "calls": "repeated: A, B of another batch size, A twice more, then other numbers; each call is judged.",
    "weight_scale": "Multiplies every weight.",
    "weight_hh": "What W_hh is: random, all zero, or the identity.",
    "bias_scale": "Multiplies every bias.",
    "biases": "random; opposite: b_hh is -b_ih, so that they cancel; positive and negative: all have that sign.",
    "input_scale": "Multiplies input.",
    "input_steps": "first: every time step of input but the first is zero.",
    "input_special": "A value that stands once in input: in feature 0 of the last sequence, at special_step.",
    "special_step": "The time step of input_special.",
    "h_0_scale": "Multiplies h_0.",
    "h_0_special": "A value that stands once in h_0: in unit 0 of the last sequence, in the first row.",
    "layout": "How input and h_0 lie in memory: in C order, as a transposed view, or as every other number of a view.",
    "upstream": "Where the upstream gradients are not zero.",
    "upstream_row": "The only row of h_n with an upstream gradient, layer by layer, forward and then reverse.",
    "upstream_scale": "Multiplies both upstream gradients.",
    "digits": "Rounds every drawn number to so many decimals, so that the case can be checked by hand.",
    "omit": "A size that the constructor is not given, or both.",
    "extra": "The name of a keyword argument that torch.nn.RNN does not have.",
    "input_shape": "The shape passed instead of the right one: 7x5x9, 5 or scalar.",
    "input_dtype": "The dtype passed instead of the case's.",
    "input_type": "none passes None for input.",
    "h_0_shape": "The shape passed instead of the right one: 2x5x9, 5 or scalar.",
    "h_0_dtype": "The dtype passed instead of the case's.",
    "h_0_type": "tuple passes (h_0, h_0), as an LSTM would take.",
    "task": "digits: which digit an image shows, read row by row; characters: which character of a text comes next.",
    "optimizer": "As in torch.optim, with its defaults but for the learning rate.",
    "learning_rate": "How far an update goes.",
    "steps": "How many updates there are, each from one batch.",
    "reduction": "Whether what is minimised is the predictions' mean loss or its sum, which clipping can tell apart.",
    "clip": "Each number of a gradient is kept within plus and minus this.",
    "h_0_from": "random: h_0 is drawn anew each step; previous: it is what h_n was at the end of the step before.",
    "updates": "another: the optimiser holds another model's parameters, so that those of this one never change.",
    "published": "A printed record of losses that the case is shown beside, without being judged by it.",
}


@cache
def types() -> dict[str, Any]:
    """Each setting's type: Case's own annotation, narrowed, with what an editor says about it."""
    hints = get_type_hints(Case) | _NARROWED
    return {name: Annotated[hints[name], Field(description=_ABOUT[name])] for name in SETTINGS}


def allowed(asks: Asks) -> tuple[str, ...]:
    """The settings that a file of one folder may have."""
    if asks == "training":
        return _OF_TRAINING
    return tuple(
        name for name in SETTINGS if name not in TRAINING_ONLY and (asks == "validation" or name not in VALIDATION_ONLY)
    )


@cache
def adapter(name: str) -> TypeAdapter[Any]:
    """Validates one setting's values, strictly: true is no number, 1.0 no whole number."""
    return TypeAdapter(types()[name], config={"strict": True})
