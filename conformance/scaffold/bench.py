"""Somebody else's network, built and filled afresh for every try."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

from conformance.scaffold.attempt import evaluate, execute
from conformance.scaffold.construction import Construction
from conformance.scaffold.subject import Subject
from conformance.scaffold.trial import HIDDEN_SIZE, INPUT_SIZE, Trial
from conformance.scaffold.wiring import Wiring


class Adapter:
    """Stands for the adapter that is being written: what its constructor and load_state_dict would set."""

    def __init__(self, trial: Trial) -> None:
        self.theirs: Any = None
        self.hidden_size = trial.case.hidden_size
        self.num_layers = trial.case.num_layers
        self.bias = trial.case.bias


@dataclass(frozen=True)
class Bench:
    """What to build, how to fill it, and what to ask of it."""

    subject: Subject
    construction: Construction | None  # None for a function
    wiring: Wiring
    trial: Trial
    library: str = "np"  # or torch

    def names(self) -> dict[str, Any]:
        """A fresh network and the trial's arrays, by the names that the adapter's own code uses.

        x is (T, B, I), h (L, B, H), g and g_n the upstream gradients of output and h_n. Raises what theirs raises.
        """
        arguments = self.trial.arguments.copy()
        names: dict[str, Any] = {
            "np": np,
            "torch": sys.modules.get("torch"),
            "theirs": self.subject.module,
            "self": Adapter(self.trial),
            "state": arguments.parameters,
            "input_size": INPUT_SIZE,
            "hidden_size": HIDDEN_SIZE,
            "nonlinearity": "tanh",
            "num_layers": self.trial.case.num_layers,
            "bias": self.trial.case.bias,
            "bidirectional": False,
        }
        if self.construction is not None and not self.construction.weights:
            names["self"].theirs = evaluate(self.construction.call, names)
        execute("\n".join(self.wiring.lines(optional_bias=True)), names)
        ours = {"x": arguments.input, "h": arguments.h_0, "g": arguments.grad_output, "g_n": arguments.grad_h_n}
        return names | {name: self._own(array) for name, array in ours.items()}

    def _own(self, array: Any) -> Any:
        return sys.modules["torch"].from_numpy(array) if self.library == "torch" else array
