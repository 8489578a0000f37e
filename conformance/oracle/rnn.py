"""torch.nn.RNN behind the same contract as everyone, forward and autograd."""

from __future__ import annotations

import torch

from conformance.adapters.torch_module import TorchModuleImplementation, TorchModuleInstance
from conformance.arguments import Array
from conformance.case import Case
from conformance.implementation import Instance, NotConnectedError
from conformance.oracle.training import TorchTrainer

#: Names the oracle in records and sentences.
NAME = "torch.nn.RNN"


class _Instance(TorchModuleInstance):
    """torch.nn.RNN itself, whose parameters have torch's names."""

    def load(self, parameters: dict[str, Array]) -> None:
        """Copy them."""
        own = dict(self._module.named_parameters())
        if {n: tuple(p.shape) for n, p in own.items()} != {n: array.shape for n, array in parameters.items()}:
            raise NotConnectedError(f"torch.nn.RNN has {sorted(own)}, but was given {sorted(parameters)}")
        with torch.no_grad():
            for name, parameter in own.items():
                parameter.copy_(torch.from_numpy(parameters[name]))
        self._parameters = {name: own[name] for name in parameters}


class Oracle(TorchModuleImplementation, TorchTrainer):
    """torch: it answers as an implementation, and it trains."""

    def __init__(self, name: str, subject: type[torch.nn.Module], *, description: str = "", origin: str = "") -> None:
        super().__init__(name, subject, description=description, origin=origin)
        self._modules: dict[object, torch.nn.Module] = {}

    def build(self, case: Case) -> Instance:
        """One module for one case, which is filled without detours where it is the right one in any case."""
        return super().build(case) if case.asks == "validation" else _Instance(self._module(case))

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
