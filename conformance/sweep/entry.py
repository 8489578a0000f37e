"""One entry of a sweep: what it sets, the Case that it makes, and the rules that it must keep."""

from __future__ import annotations

from dataclasses import MISSING, dataclass
from typing import Any

from pydantic import ValidationError

from conformance.case import SETTINGS, UNBATCHED, Case
from conformance.sweep import scalar, setting
from conformance.sweep.case_file import CaseFile, Settings
from conformance.sweep.training_rules import training_rules
from conformance.sweep.yaml_reader import Keys

#: What a setting is when neither the file nor the entry says so.
DEFAULTS: Settings = {
    name: field.default
    for name, field in Case.__dataclass_fields__.items()
    if name in SETTINGS and field.default is not MISSING
}


@dataclass(frozen=True)
class Entry:
    """One combination of the matrix, or one include, with the place in the file where it is written down."""

    file: CaseFile
    place: Keys
    own: Settings

    def case(self) -> Case:
        """Build the Case; constructor arguments that are wrong on purpose go into `passed` as written."""
        configured, passed = self._split()
        if configured["batch_size"] == UNBATCHED:
            configured["batch_size"] = None
        arguments: Any = configured
        return Case(
            **arguments,
            id=self._id(configured | passed),
            asks=self.file.asks,
            passed=tuple(passed.items()),
            file=self.file.source.name,
            line=self.file.source.position(self.place, of_key=True)[0],
            visible=self.file.visible,
        )

    @property
    def _base(self) -> Settings:
        """What every case of the file has unless it says so itself; always a valid configuration."""
        return DEFAULTS | self.file.defaults

    def _split(self) -> tuple[Settings, Settings]:
        """The configuration, and the constructor arguments that no RNN takes (in a validation file alone)."""
        configured, passed = self._base | self.own, {}
        for name in self.own:
            try:
                configured[name] = setting.adapter(name).validate_python(self.own[name])
            except ValidationError:
                configured[name], passed[name] = self._base[name], self.own[name]
        return configured, {name: passed[name] for name in setting.ARGUMENTS if name in passed}

    def _id(self, settings: Settings) -> str:
        """The file and what differs from its defaults: stable when other cases come and go."""
        differs = [
            _write(name, UNBATCHED if name == "batch_size" and settings[name] is None else settings[name])
            for name in SETTINGS
            if scalar.identity(settings[name]) != scalar.identity(self._base[name])
        ]
        return f"{self.file.id}[{','.join(differs)}]" if differs else self.file.id


def broken_rules(case: Case) -> list[str]:
    """What a case must not combine, each a sentence."""
    if case.asks == "validation":
        return _validation_rules(case)
    if case.asks == "training":
        return training_rules(case)
    return [*_dropout_rule(case), *_special_rules(case), *_upstream_rules(case)]


def _dropout_rule(case: Case) -> list[str]:
    if not case.dropout or case.num_layers == 1:
        return []
    wanted = "0 with more than one layer (its random masks are out of scope)"
    return [f"dropout is {case.dropout} with num_layers {case.num_layers}, but should be {wanted}"]


def _special_rules(case: Case) -> list[str]:
    """A special value stands in an array that is passed."""
    broken = []
    if case.h_0_special != "none" and case.h_0 == "absent":
        broken.append("h_0_special is set, but the call has no h_0 (h_0: given)")
    if case.special_step != DEFAULTS["special_step"] and case.input_special == "none":
        broken.append("special_step is set, but nothing special stands there (input_special: nan)")
    return broken


def _upstream_rules(case: Case) -> list[str]:
    """A row of h_n that there is, with an upstream gradient."""
    rows = case.num_layers * case.directions
    if case.upstream_row is None:
        return []
    if case.upstream_row >= rows:
        return [f"upstream_row is {case.upstream_row}, but should be less than {rows} (num_layers times directions)"]
    if case.upstream not in ("both", "h_n"):
        return [f"upstream_row is set, but h_n has no upstream gradient (upstream: {case.upstream})"]
    return []


def _validation_rules(case: Case) -> list[str]:
    """A validation case gets something wrong, and nothing that is not passed."""
    broken = [
        f"{name} is set, but the call has no h_0 (h_0: given)"
        for name in ("h_0_shape", "h_0_dtype", "h_0_type")
        if case.h_0 == "absent" and getattr(case, name) != DEFAULTS[name]
    ]
    broken += [
        f"{name} is set, but the call has no array (input_type: none)"
        for name in ("input_shape", "input_dtype")
        if case.input_type == "none" and getattr(case, name) is not None
    ]
    broken += [
        f"{name} is set, but a special value is nothing that torch refuses: it belongs to values and gradients"
        for name in ("input_special", "h_0_special")
        if getattr(case, name) != DEFAULTS[name]
    ]
    broken += [
        f"{name} is {case.dtype}, which is the case's own dtype and not wrong"
        for name in ("input_dtype", "h_0_dtype")
        if getattr(case, name) == case.dtype
    ]
    if not case.passed and all(getattr(case, name) == DEFAULTS[name] for name in setting.VALIDATION_ONLY):
        broken.append("nothing in this case is wrong, but a validation case asks for an exception")
    return broken


def _write(name: str, value: scalar.Scalar) -> str:
    """One setting in an id: the bare name for a flag that is on."""
    return name if value is True and isinstance(DEFAULTS.get(name), bool) else f"{name}={scalar.write(value)}"
