"""torch.nn.RNN behind the same contract as everyone, forward and autograd."""

from __future__ import annotations

import torch

from conformance.adapters.torch_module import TorchModuleImplementation
from conformance.case import Case
from conformance.oracle.training import TorchTrainer

#: Names the oracle in records and sentences.
NAME = "torch.nn.RNN"


class Oracle(TorchModuleImplementation, TorchTrainer):
    """torch: it answers as an implementation, and it trains."""

    def __init__(self, name: str, subject: type[torch.nn.Module], *, description: str = "", origin: str = "") -> None:
        super().__init__(name, subject, description=description, origin=origin)
        self._modules: dict[object, torch.nn.Module] = {}

    def _module(self, case: Case) -> torch.nn.Module:
        """Built once for each configuration and dtype: it keeps nothing from call to call but what is loaded."""
        if case.asks == "validation":  # where construction is what is asked for
            return super()._module(case)
        positional, keywords = case.constructor()
        key = (case.dtype, *positional, *keywords.items())
        if key not in self._modules:
            self._modules[key] = super()._module(case)
        return self._modules[key]


def oracle() -> Oracle:
    """torch.nn.RNN on one thread, with float32 products at full precision.

    "medium" was measured to double float32 errors on CPUs with bfloat16 instructions (contract: section 4.4).
    """
    torch.set_num_threads(1)
    torch.set_float32_matmul_precision("highest")
    return Oracle(NAME, torch.nn.RNN, description="the oracle", origin=torch.__version__)


def version() -> str:
    """torch's own version."""
    return str(torch.__version__)
