"""The confined program that tries what its layers forbid and tells what happened, as one line of JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import astuple

from conformance.confinement.attempt import Attempt, Targets
from conformance.confinement.confined import Confined
from conformance.confinement.probing import tried


def main(confined: Confined, arguments: Sequence[str]) -> None:
    """Try each name of the second argument (a JSON list) at the targets of the first (a JSON object)."""
    made = tried(json.loads(arguments[1]), Targets(**json.loads(arguments[0])), confined.put_on)
    os.write(1, f"{written(made)}\n".encode())


def written(made: Sequence[Attempt]) -> str:
    """Attempts as one line."""
    return json.dumps([astuple(each) for each in made])


def read(line: str) -> tuple[Attempt, ...]:
    """Attempts from one line; raises ValueError for anything else."""
    return tuple(Attempt(str(name), bool(reached), str(happened)) for name, reached, happened in json.loads(line))
