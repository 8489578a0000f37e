"""The proof that layers hold: targets laid out, a confined trial that reaches for them, and what it reached."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from conformance.confinement.attempt import Attempt, Targets
from conformance.confinement.attempts import ABLE
from conformance.confinement.layer import NotJudgedError
from conformance.confinement.limits import Limits
from conformance.confinement.start import ENVIRONMENT, Confinement
from conformance.confinement.trial import read

_SECONDS = 20.0  # a trial takes a tenth of one


@contextlib.contextmanager
def laid_out(confinement: Confinement) -> Iterator[Targets]:
    """Targets for a trial: a canary file, a listening port and this process, for as long as the block lasts.

    The trial has to inherit `handle`, where it is not negative.
    """
    limits = next((layer for layer in confinement.confined.layers if isinstance(layer, Limits)), Limits())
    with (
        tempfile.TemporaryDirectory(prefix="rnn-conformance-") as folder,
        socket.create_server(("127.0.0.1", 0)) as line,
    ):
        canary = Path(folder, "canary")
        canary.write_text("canary", encoding="utf-8")
        handle = os.pidfd_open(os.getpid()) if hasattr(os, "pidfd_open") else -1
        try:
            yield Targets(
                canary=str(canary), port=line.getsockname()[1], judge=os.getpid(), handle=handle,
                memory=limits.memory, files=limits.files,
            )  # fmt: skip
        finally:
            if handle >= 0:
                os.close(handle)


def must_refuse(confinement: Confinement) -> tuple[str, ...]:
    """The attempts that the layers must refuse together, each once."""
    return tuple({name: None for layer in confinement.confined.layers for name in layer.must_refuse()})


def attempts(confinement: Confinement, names: Sequence[str]) -> tuple[Attempt, ...]:
    """What came of these attempts under these layers; raises NotJudgedError where the trial could not be run."""
    with _trial(confinement, names) as made:
        return made()


@contextlib.contextmanager
def _trial(confinement: Confinement, names: Sequence[str]) -> Iterator[Callable[[], tuple[Attempt, ...]]]:
    """A trial that has begun; what is yielded waits for it, and raises NotJudgedError where it could not be run."""
    imports = ("numpy",) if "multiply matrices" in names else ()
    with laid_out(confinement) as targets:
        asked = (json.dumps(asdict(targets)), json.dumps(list(names)))
        command = confinement.command("conformance.confinement.trial:main", *asked, imports=imports)
        inherited = (*confinement.descriptors, *((targets.handle,) if targets.handle >= 0 else ()))
        try:
            process = subprocess.Popen(  # noqa: S603 -- our own words
                command, env=ENVIRONMENT, pass_fds=inherited, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )  # fmt: skip
        except OSError as error:
            raise NotJudgedError(f"the trial of the layers could not be run: {error}") from None
        with process:
            try:
                yield lambda: _told(process)
            finally:
                process.kill()


def _told(trial: subprocess.Popen[str]) -> tuple[Attempt, ...]:
    """What a trial tells; raises NotJudgedError."""
    try:
        said, errors = trial.communicate(timeout=_SECONDS)
        return read(said)
    except subprocess.TimeoutExpired as error:
        raise NotJudgedError(f"the trial of the layers could not be run: {error}") from None
    except ValueError:
        raise NotJudgedError(f"the trial of the layers ended early: {_last_line(errors)}") from None


def prove(confinement: Confinement) -> tuple[Attempt, ...]:
    """Every attempt that these layers must refuse, each refused; raises NotJudgedError naming one that was not."""
    with proving(confinement) as proven:
        return proven()


@contextlib.contextmanager
def proving(confinement: Confinement) -> Iterator[Callable[[], tuple[Attempt, ...]]]:
    """The same, begun; what is yielded waits for it."""
    # Where no NumPy is to be seen, there is a program that brings its own arithmetic.
    numpy = any(name == "numpy" for name, _ in confinement.visible.packages)
    able = tuple(name for name in ABLE if numpy or name != "multiply matrices")
    with _trial(confinement, must_refuse(confinement) + able) as made:
        yield lambda: _held(made(), able)


def _held(made: tuple[Attempt, ...], able: Sequence[str]) -> tuple[Attempt, ...]:
    """Attempts of which each came out as it should; raises NotJudgedError naming one that did not."""
    for each in made:
        if each.reached != (each.name in able):
            wanted = "possible" if each.name in able else "refused"
            raise NotJudgedError(f"the layers do not hold: to {each.name} should be {wanted}, but: {each.happened}")
    return made


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "it said nothing"
