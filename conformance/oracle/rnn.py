"""torch.nn.RNN behind the same contract as everyone, forward and autograd."""

from __future__ import annotations

import torch

from conformance.adapters.torch_module import TorchModuleImplementation
from conformance.oracle.training import TorchTrainer

#: Names the oracle in records and sentences.
NAME = "torch.nn.RNN"


class Oracle(TorchModuleImplementation, TorchTrainer):
    """torch: it answers as an implementation, and it trains."""


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
