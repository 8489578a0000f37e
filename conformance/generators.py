"""The random generators that hand-written networks draw from."""

from __future__ import annotations

import random
import sys

import numpy as np


def set_generators(seed: int | None) -> None:
    """Set Python's, NumPy's and, where it is loaded, torch's own generator; without a number, to what nobody knows.

    A process that was forked has its parent's generators as they were, and so has every other one.
    """
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 -- the generator that hand-written networks draw from
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.manual_seed(random.SystemRandom().getrandbits(63) if seed is None else seed)
