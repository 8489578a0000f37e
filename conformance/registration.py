"""What stands beside an implementation: what it needs, its known differences, what a run must find wrong with it."""

from __future__ import annotations

import fnmatch
import importlib.util
import keyword
import re
import shlex
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from conformance.sweep import mistake, yaml_source


class Expectation(BaseModel):
    """`<name>.expected.yaml`: for an implementation that is kept because it is wrong, what the run must find.

    `faults` are the ids that must be named, no more and no fewer; None asks for nothing. `unnamed` says what else is
    wrong, by id or in words, that the numbers cannot tell: none of it may be named. While it is empty, the faults must
    explain every wrong case.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    conforms_where_supported: bool
    connected: bool = True
    faults: list[str] | None = None
    unnamed: list[str] = []


class CommandFile(BaseModel):
    """`<name>.yaml`: a command in any language as an implementation, and how it is built; see protocol.md.

    `command` and the steps of `build` are run in the file's folder, without a shell; `$BUILD` in them is an empty
    folder that is removed at the end. `programs` are what has to be there, with how to install it. Limits are in
    seconds: a case may take `time_limit`, the first answer `start_limit`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    command: Annotated[str, Field(min_length=1)]
    description: str = ""
    build: str | list[str] = []
    programs: dict[str, str] = {}
    time_limit: Annotated[float, Field(gt=0)] = 10.0
    start_limit: Annotated[float, Field(gt=0)] = 30.0
    protocol: Literal[1] = 1

    @property
    def words(self) -> list[str]:
        """The command, word by word."""
        return shlex.split(self.command)

    @property
    def steps(self) -> list[list[str]]:
        """The build steps, each word by word."""
        return [shlex.split(step) for step in ([self.build] if isinstance(self.build, str) else self.build)]

    @property
    def missing(self) -> list[Requirement]:
        """The programs that are not there."""
        return [Requirement(name, how) for name, how in self.programs.items() if shutil.which(name) is None]


@dataclass(frozen=True)
class Known:
    """`<name>.known.yaml`: one known difference, a glob over case ids and the reason."""

    glob: str
    reason: str

    def matches(self, case_id: str) -> bool:
        """Whether it speaks of this case; brackets stand for themselves, since ids are full of them."""
        return fnmatch.fnmatchcase(case_id, self.glob.replace("[", "[[]"))


@dataclass(frozen=True)
class Requirement:
    """`<name>.requires.yaml`: a module that the implementation cannot do without, and how to install it."""

    module: str
    install: str

    @property
    def missing(self) -> bool:
        """Whether it is not installed; nothing is imported."""
        return importlib.util.find_spec(self.module) is None


#: What may stand beside an implementation.
_BESIDE = (".known.yaml", ".requires.yaml", ".expected.yaml")

#: What looks like a fault's id, and so must be one.
_ID = re.compile("[a-z0-9_-]+")
_SENTENCES = TypeAdapter(dict[str, str], config=ConfigDict(strict=True))


def known_beside(path: Path) -> tuple[Known, ...]:
    """The known differences of the implementation in a file; CaseFileError for mistakes in them."""
    return tuple(Known(glob, reason) for glob, reason in _sentences(path, ".known.yaml", "the reason for"))


def requirements_beside(path: Path) -> tuple[Requirement, ...]:
    """What the implementation in a file cannot do without; CaseFileError for mistakes in it."""
    found = _sentences(path, ".requires.yaml", "how to install")
    if wrong := [m for m, _ in found if not m.isidentifier() or keyword.iskeyword(m)]:
        name = f"{path.parent.name}/{path.stem}.requires.yaml"
        raise yaml_source.CaseFileError(
            [f"{name}: {module} is required, but should be the name of a module, without dots" for module in wrong]
        )
    return tuple(Requirement(module, install.strip()) for module, install in found)


def command_in(path: Path) -> CommandFile:
    """The command that a file describes; CaseFileError for mistakes in it."""
    source = yaml_source.read(path, path.name)
    try:
        found = CommandFile.model_validate(source.data)
    except ValidationError as error:
        names = lambda keys: () if keys else tuple(CommandFile.model_fields)  # noqa: E731
        raise yaml_source.CaseFileError(mistake.sentences(error, source, names)) from None
    try:
        if found.words and all(found.steps):
            return found
    except ValueError as error:  # a quotation that does not end
        raise yaml_source.CaseFileError(
            [source.message(("command",), f"this cannot be split into words: {error}")]
        ) from None
    raise yaml_source.CaseFileError([source.message(("command",), "a command is empty, but should be words")])


def is_command_file(path: Path) -> bool:
    """Whether a file is a command, and not what stands beside an implementation."""
    return path.suffix == ".yaml" and not path.name.endswith(_BESIDE)


def misplaced(path: Path) -> str:
    """Why a YAML file in a folder of implementations belongs to none of them; nothing where it does."""
    place, kind = f"{path.parent.name}/{path.name}", next((s for s in _BESIDE if path.name.endswith(s)), "")
    if not kind:
        near = mistake.suggestion(path.name.removeprefix(path.stem.partition(".")[0]), _BESIDE)
        wanted = f"NAME.yaml (a command) or one of NAME{', NAME'.join(_BESIDE)}"
        return f"{place} is no implementation's, but should be {wanted}{near}" if "." in path.stem else ""
    owner = path.name.removesuffix(kind)
    there = any(path.with_name(owner + suffix).is_file() for suffix in (".py", ".yaml"))
    return "" if there else f"{place} stands beside no implementation, but should beside {owner}.py"


def expectation_beside(path: Path) -> Expectation | None:
    """What a run must find wrong with the implementation in a file; CaseFileError for mistakes in it."""
    source = _source(path, ".expected.yaml")
    if source is None:
        return None
    try:
        found = Expectation.model_validate(source.data)
    except ValidationError as error:
        names = lambda keys: () if keys else tuple(Expectation.model_fields)  # noqa: E731
        raise yaml_source.CaseFileError(mistake.sentences(error, source, names)) from None
    if mistakes := list(_no_ids(found, source)):
        raise yaml_source.CaseFileError(mistakes)
    return found


def _no_ids(wanted: Expectation, source: Any) -> Iterator[str]:
    """What stands for a fault and is none that can be named, as sentences; under `unnamed` all else is a sentence."""
    entries = [(("faults", number), entry) for number, entry in enumerate(wanted.faults or [])]
    entries += [(("unnamed", number), entry) for number, entry in enumerate(wanted.unnamed) if _ID.fullmatch(entry)]
    if not entries:
        return
    # It brings NumPy and the reference, which nothing else that stands beside a file needs.
    from conformance.faults import BY_ID, DICTIONARY  # noqa: PLC0415

    observable = [fault.id for fault in DICTIONARY]
    for path, entry in entries:
        if entry not in BY_ID:
            near = mistake.suggestion(entry, observable)
            sentence = f"{path[0]} is {entry}, but should be an id that `rnn-conformance faults` lists{near}"
            yield source.message(path, sentence)
        elif path[0] == "faults" and BY_ID[entry].equivalent:
            sentence = f"faults is {entry}, but should be what can be observed: {BY_ID[entry].equivalent}"
            yield source.message(path, sentence)


def unmatched(known: Iterable[Known], case_ids: Iterable[str]) -> tuple[str, ...]:
    """The globs that match no case of the suite: their difference cannot exist any more."""
    ids = tuple(case_ids)
    return tuple(entry.glob for entry in known if not any(entry.matches(case_id) for case_id in ids))


def _sentences(path: Path, suffix: str, what: str) -> tuple[tuple[str, str], ...]:
    """A mapping of names to sentences beside an implementation; CaseFileError for mistakes in it."""
    source = _source(path, suffix)
    if source is None:
        return ()
    try:
        entries = _SENTENCES.validate_python(source.data)
    except ValidationError as error:
        raise yaml_source.CaseFileError(mistake.sentences(error, source, lambda _: ())) from None
    if empty := [name for name, sentence in entries.items() if not sentence.strip()]:
        raise yaml_source.CaseFileError(
            [source.message((name,), f"{what} {name} is empty, but should be a sentence") for name in empty]
        )
    return tuple(entries.items())


def _source(path: Path, suffix: str) -> Any:
    """The YAML beside an implementation, if there is one."""
    beside = path.with_name(path.stem + suffix)
    return yaml_source.read(beside, f"{beside.parent.name}/{beside.name}") if beside.exists() else None
