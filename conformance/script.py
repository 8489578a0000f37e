"""What reproduces one case without this harness: a script, or for a command the bytes that it is sent."""

from __future__ import annotations

import math
import os
from pathlib import Path

import jinja2
import numpy as np

from conformance.arguments import Arguments
from conformance.case import Case
from conformance.question import ask
from conformance.registration import command_in, is_command_file
from conformance.wire import HELLO, encode, write_request

_TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("conformance", "templates"),
    undefined=jinja2.StrictUndefined,
    autoescape=False,  # noqa: S701 -- it writes Python, and every value goes through repr
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def write(path: Path, case: Case, *, seed: int, implementation: str) -> None:
    """Write the script; the arrays stand in it as numbers, each exactly."""
    positional, keywords = case.constructor()
    calls = ask(case, seed).calls
    text = _TEMPLATES.get_template("reproduce.py.jinja").render(
        case=case,
        seed=seed,
        implementation=_beside(path, implementation),
        positional=positional,
        keywords=keywords,
        parameters={name: literal(array) for name, array in calls[0][1].parameters.items()},
        calls=[_call(arguments) for _, arguments in calls],
        gradients=case.asks == "gradients",
        layout=case.layout,
        command=_command(path, implementation, _frames(case, calls)),
    )
    path.write_text(text, encoding="utf-8")


def write_frames(path: Path, case: Case, *, seed: int) -> None:
    """Write what a command is sent to be asked this case alone: HELLO, and the case (protocol.md)."""
    path.write_bytes(_frames(case, ask(case, seed).calls))


def _frames(case: Case, calls: tuple[tuple[Case, Arguments], ...]) -> bytes:
    return encode(HELLO) + encode(write_request(case, calls, 1))


def _command(path: Path, implementation: str, question: bytes) -> dict[str, object] | None:
    """A command and what it is sent, in lines of hexadecimal; None for anything else."""
    file = Path(implementation)
    if not is_command_file(file):
        return None
    spec = command_in(file)
    return {
        "folder": Path(os.path.relpath(file.resolve().parent, path.resolve().parent)).as_posix(),
        "steps": spec.steps,
        "words": spec.words,
        "question": [question[start : start + 48].hex() for start in range(0, len(question), 48)],
    }


def _beside(path: Path, implementation: str) -> str:
    """The implementation as the script finds it from wherever it is run: a file by its way from the script's folder."""
    target, colon, name = implementation.rpartition(":")
    file, suffix = (target, colon + name) if colon and target.endswith(".py") else (implementation, "")
    if not file.endswith(".py"):
        return implementation
    return Path(os.path.relpath(file, path.resolve().parent)).as_posix() + suffix


def literal(value: object) -> str:
    """Python that makes a value again; repr of a float is exact."""
    if isinstance(value, tuple):
        return "(" + ", ".join(literal(item) for item in value) + ",)"
    if not isinstance(value, np.ndarray):
        return repr(value)
    numbers = ", ".join(_number(number) for number in value.ravel().tolist())
    return f'np.array([{numbers}], dtype="{value.dtype}").reshape({value.shape!r})'


def _number(value: object) -> str:
    """One number of an array; NaN and the infinities have no literal of their own."""
    if isinstance(value, float) and not math.isfinite(value):
        return f"{'-' if value < 0 else ''}np.{'nan' if math.isnan(value) else 'inf'}"
    return repr(value)


def _call(arguments: Arguments) -> dict[str, str]:
    """The arguments of one call, as Python."""
    names = ("input", "h_0", "grad_output", "grad_h_n")
    return {name: literal(getattr(arguments, name)) for name in names}
