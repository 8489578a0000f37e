"""The suite: all case files of a folder, with a version and a digest."""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from conformance.case import Case
from conformance.sweep import case_file, mistake, sweep, yaml_source
from conformance.sweep.case_file import ASKS, CaseFile
from conformance.sweep.yaml_source import CaseFileError

SUITE_FILE = "suite.yaml"
_FILE_NAME = re.compile(r"[a-z0-9_]+(/[a-z0-9_]+)*\.yaml")


@dataclass(frozen=True, kw_only=True)
class Suite:
    """What is run: the cases in a stable order, and what identifies them in every record file.

    Adding a case changes the minor version, changing a verdict the major one; any change at all, the digest.
    """

    version: str
    digest: str
    cases: tuple[Case, ...]
    files: tuple[CaseFile, ...] = field(default=(), repr=False)


class _Version(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    version: Annotated[str, Field(pattern=r"^[0-9]+\.[0-9]+$")]


def load(cases_dir: Path) -> Suite:
    """Load every case file under a folder; raises CaseFileError with the mistakes of all of them."""
    if not cases_dir.is_dir():
        raise CaseFileError([f"{cases_dir} is no folder, but should hold the case files"])
    mistakes: list[str] = []
    version = ""
    try:
        version = _version(cases_dir)
    except CaseFileError as error:
        mistakes += error.messages
    files: list[CaseFile] = []
    cases: list[Case] = []
    for path in _paths(cases_dir, mistakes):
        try:
            files.append(case_file.read(path, cases_dir))
            cases += sweep.expand_file(files[-1])
        except CaseFileError as error:
            mistakes += error.messages
    if not cases and not mistakes:
        mistakes.append(f"{cases_dir} holds no case file, but should (in {', '.join(ASKS)})")
    if mistakes:
        raise CaseFileError(mistakes)
    return Suite(version=version, digest=_digest(cases_dir, cases), cases=tuple(cases), files=tuple(files))


def find_cases(explicit: Path | None = None) -> Path:
    """Find the folder of cases: the one asked for, this repository's, or the one inside the installed package.

    Never `cases` of the current folder, which may be anything. Raises CaseFileError when there is none.
    """
    if explicit is not None:
        return explicit
    package = Path(__file__).resolve().parents[1]
    for folder in (package.parent / "cases" if _is_ours(package.parent) else None, package / "_bundled" / "cases"):
        if folder is not None and folder.is_dir():
            return folder
    raise CaseFileError([f"no cases lie beside or inside {package}: install rnn-conformance again"])


def _is_ours(folder: Path) -> bool:
    """Whether a folder is the root of this project's repository."""
    try:
        project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(project.get("project", {}).get("name") == "rnn-conformance")


def _version(cases_dir: Path) -> str:
    source = yaml_source.read(cases_dir / SUITE_FILE, f"{cases_dir.name}/{SUITE_FILE}")
    try:
        return _Version.model_validate(source.data).version
    except ValidationError as error:
        raise CaseFileError(mistake.sentences(error, source, lambda _: ("version",))) from None


def _paths(cases_dir: Path, mistakes: list[str]) -> list[Path]:
    """Every case file, in the order in which a suite lists them; a YAML file in no place for one is a mistake."""
    found = {path.relative_to(cases_dir).as_posix(): path for path in _yaml_files(cases_dir)}
    for name in sorted(set(found) - {SUITE_FILE}):
        if name.split("/")[0] not in ASKS or "/" not in name:
            mistakes.append(f"{cases_dir.name}/{name}: this file should be in one of the folders {', '.join(ASKS)}")
        elif not _FILE_NAME.fullmatch(name):
            wanted = "lower-case letters, digits and _ alone, and end in .yaml"
            mistakes.append(f"{cases_dir.name}/{name}: the name of a case file should have {wanted}")
        else:
            continue
        del found[name]
    found.pop(SUITE_FILE, None)
    order: dict[str, int] = {folder: place for place, folder in enumerate(ASKS)}
    return [found[name] for name in sorted(found, key=lambda name: (order[name.split("/")[0]], name))]


def _yaml_files(cases_dir: Path) -> list[Path]:
    return sorted(path for path in cases_dir.rglob("*") if path.suffix in {".yaml", ".yml"} and path.is_file())


def _digest(cases_dir: Path, cases: list[Case]) -> str:
    """A hash of all YAML files, the same whatever line endings a checkout has, and of what they expand to."""
    digest = hashlib.sha256()
    for path in _yaml_files(cases_dir):
        content = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{path.relative_to(cases_dir).as_posix()} {len(content)}\n".encode() + content)
    digest.update("\n".join(case.id for case in cases).encode())
    return digest.hexdigest()
