"""A case file as it is written: validated, every mistake at once, not yet expanded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import GenericAlias
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from conformance.case import SETTINGS, Asks
from conformance.sweep import mistake, setting, yaml_source
from conformance.sweep.scalar import Scalar
from conformance.sweep.waiver import CHECKS, Check
from conformance.sweep.yaml_reader import Keys
from conformance.sweep.yaml_source import CaseFileError, YamlSource

Settings = dict[str, Scalar]

#: What a folder of cases can ask, in the order in which the suite lists them.
ASKS: tuple[Asks, ...] = get_args(Asks)
#: The settings that torch has no default for, and the shape of a call.
REQUIRED = ("input_size", "hidden_size", "seq_len", "batch_size")
#: What there is no training without.
REQUIRED_IN_TRAINING = ("task", "optimizer", "learning_rate", "steps")

_STRICT = ConfigDict(strict=True, extra="forbid", title="rnn-conformance case file")
_Text = Annotated[str, Field(min_length=1)]


@dataclass(frozen=True, kw_only=True)
class CaseFile:
    """One file: its defaults, the axes of its matrix in declared order, and what is added to and left out of it."""

    id: str
    asks: Asks
    about: str
    defaults: Settings
    matrix: dict[str, list[Scalar]]
    include: tuple[Settings, ...]
    exclude: tuple[Settings, ...]
    strategy: Literal["full", "pairwise"]
    cases: int
    waive: dict[Check, str]
    source: YamlSource
    visible: bool = True


def read(path: Path, root: Path) -> CaseFile:
    """Read the file at `path`, which lies in a folder of `root` (the folder named `cases`).

    Raises CaseFileError with every mistake.
    """
    relative = path.relative_to(root)
    source = yaml_source.read(path, f"{root.name}/{relative.as_posix()}")
    asks: Any = relative.parts[0]
    try:
        given = model(asks).model_validate(source.data).model_dump(exclude_unset=True)
    except ValidationError as error:
        raise CaseFileError(mistake.sentences(error, source, _names)) from None
    if not given.get("matrix") and not given.get("include"):
        raise CaseFileError([source.message((), "this file holds no case: it has neither a matrix nor an include")])
    matrix = given.get("matrix", {})
    return CaseFile(
        id=relative.with_suffix("").as_posix(),
        asks=asks,
        about=given["about"],
        defaults=given["defaults"],
        matrix={name: matrix[name] for name in source.data.get("matrix", {})},  # pydantic sorts them by its own order
        include=tuple(given.get("include", ())),
        exclude=tuple(given.get("exclude", ())),
        strategy=given.get("strategy", "full"),
        cases=given["cases"],
        waive=given.get("waive", {}),
        source=source,
        visible=given.get("visible", True),
    )


@cache
def model(asks: Asks) -> type[BaseModel]:
    """What a file in one of the folders may say; strict, and nothing unknown."""
    types = {name: kind for name, kind in setting.types().items() if name in setting.allowed(asks)}
    required = REQUIRED + (REQUIRED_IN_TRAINING if asks == "training" else ())
    any_scalar = dict.fromkeys(setting.ARGUMENTS, setting.AnyScalar) if asks == "validation" else {}
    loose = types | any_scalar
    entries = _list_of(_mapping("Settings", loose))
    axes = {name: Annotated[_list_of(kind), Field(min_length=1)] for name, kind in loose.items()}
    fields: dict[str, Any] = {
        "about": (_Text, Field(description="What the file is there to show, in a sentence.")),
        "defaults": (_mapping("Defaults", types, required), Field(description="What cases have unless they say so.")),
        "matrix": (_mapping("Matrix", axes), Field(None, description="Lists of values: every combination is a case.")),
        "include": (entries, Field(None, description="Further cases; adds, never alters one.")),
        "exclude": (entries, Field(None, description="Combinations of the matrix that are left out.")),
        "strategy": (Literal["full", "pairwise"], Field("full", description="pairwise: every pair of values once.")),
        "cases": (Annotated[int, Field(ge=1)], Field(description="How many cases the file expands to.")),
        "waive": (dict[Check, _Text], Field(None, description="Adequacy check: reason.")),
        "visible": (bool, Field(True, description="false: `gate` shows the author of what it judges counts alone.")),
    }
    return create_model(f"{asks.capitalize()}File", __config__=_STRICT, **fields)


def _list_of(kind: Any) -> Any:
    """`list[kind]` of a type that is only known when this runs."""
    return GenericAlias(list, (kind,))


def _mapping(name: str, types: dict[str, Any], required: tuple[str, ...] = ()) -> Any:
    """A mapping with these keys; all but the required ones may be missing, which is not the same as null."""
    fields: dict[str, Any] = {key: (kind, ... if key in required else None) for key, kind in types.items()}
    return create_model(name, __config__=ConfigDict(strict=True, extra="forbid"), **fields)


def _names(path: Keys) -> tuple[str, ...]:
    """What the keys of the mapping at a path could be, in one folder or another."""
    if not path:
        return tuple(model("values").model_fields)
    return tuple(CHECKS) if path[0] == "waive" else SETTINGS
