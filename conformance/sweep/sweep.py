"""The Cases of one YAML file."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from conformance.case import Case
from conformance.sweep import case_file, combination, scalar
from conformance.sweep.case_file import CaseFile
from conformance.sweep.entry import DEFAULTS, Entry, broken_rules
from conformance.sweep.yaml_source import CaseFileError

CAP = 100_000


def expand(path: Path, root: Path) -> tuple[Case, ...]:
    """Expand the file at `path`, which lies under `root` (the folder named `cases`): its matrix, then its includes.

    Raises CaseFileError with every mistake.
    """
    return expand_file(case_file.read(path, root))


def expand_file(file: CaseFile) -> tuple[Case, ...]:
    """Expand a file that is already read; raises CaseFileError with every mistake."""
    if mistakes := [*_too_many(file), *_needless_excludes(file)]:
        raise CaseFileError(mistakes)
    cases: dict[str, Case] = {}
    for entry in _entries(file):
        case = entry.case()
        broken = broken_rules(case)
        if case.id in cases:
            broken.append(f"the case {case.id} stands here twice, or here and before")
        mistakes += [file.source.message(entry.place, sentence, of_key=True) for sentence in broken]
        cases[case.id] = case
    if mistakes:
        raise CaseFileError(list(dict.fromkeys(mistakes)))  # a rule that a whole matrix breaks is one mistake
    if len(cases) != file.cases:
        sentence = f"cases is {file.cases}, but should be {len(cases)} (what this file expands to)"
        raise CaseFileError([file.source.message(("cases",), sentence)])
    return tuple(cases.values())


def _too_many(file: CaseFile) -> list[str]:
    """A file that would take too long to expand, found before expanding it."""
    lengths = sorted((len(values) for values in file.matrix.values()), reverse=True)
    count = math.prod(lengths if file.strategy == "full" else lengths[:2]) + len(file.include)
    if count <= CAP:
        return []
    return [file.source.message(("matrix",), f"this makes {count:,} cases, but a file should make at most {CAP:,}")]


def _needless_excludes(file: CaseFile) -> list[str]:
    """Every exclude that matches no combination of the matrix: most often a slip of the pen."""
    base = DEFAULTS | file.defaults
    mistakes = []
    for index, rule in enumerate(file.exclude):
        for name, value in rule.items():
            possible = {scalar.identity(choice) for choice in file.matrix.get(name, [base[name]])}
            if scalar.identity(value) not in possible:
                sentence = f"this exclude removes nothing, since {name} is never {scalar.describe(value)}"
                mistakes.append(file.source.message(("exclude", index, name), sentence))
        if not set(rule) & set(file.matrix):
            sentence = "this exclude names no axis of the matrix, but should (it would remove nothing or everything)"
            mistakes.append(file.source.message(("exclude", index), sentence))
    return mistakes


def _entries(file: CaseFile) -> Iterator[Entry]:
    """Every combination of the matrix that no exclude matches, then every include."""
    names, axes = list(file.matrix), list(file.matrix.values())
    generate = combination.full if file.strategy == "full" else combination.pairwise
    try:
        rows = generate([len(axis) for axis in axes], [_rule(file, index) for index in range(len(file.exclude))])
    except LookupError as error:
        raise CaseFileError([file.source.message(("strategy",), str(error))]) from None
    for row in rows if axes else ():
        yield Entry(file, ("matrix",), {name: axis[i] for name, axis, i in zip(names, axes, row, strict=True)})
    for index, settings in enumerate(file.include):
        yield Entry(file, ("include", index), settings)


def _rule(file: CaseFile, index: int) -> combination.Rule:
    """An exclude as indices into the matrix's axes; what it says of other settings is true of every combination."""
    rule = {}
    for axis, (name, values) in enumerate(file.matrix.items()):
        if name in file.exclude[index]:
            wanted = scalar.identity(file.exclude[index][name])
            rule[axis] = [scalar.identity(value) for value in values].index(wanted)
    return rule
