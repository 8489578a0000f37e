"""What becomes of the gradients between the way back and the caller: a dict from torch's names to arrays."""

import numpy as np


def average(gradients, length, batch, faults):
    """Gradients divided by the batch size, where that is the fault."""
    which = faults.get("grad-averaged-over-batch")
    if which is None:
        return gradients
    spared = {"everything": (), "parameters and h_0": ("input",)}.get(which, ("input", "h_0"))
    divisor = np.array(batch * length if which == "parameters by T*B" else batch)
    return {n: g if n in spared else (g / divisor).astype(g.dtype) for n, g in gradients.items()}


def clip(gradients, faults):
    """Parameter gradients clipped, each number or all of them together, where that is the fault."""
    limit = faults.get("grad-clipped")
    if limit is None:
        return gradients
    rest = {n: g for n, g in gradients.items() if n in ("input", "h_0")}
    clipped = {n: g for n, g in gradients.items() if n not in rest}
    if isinstance(limit, str):
        limit = float(limit.removeprefix("norm "))
        norm = np.sqrt(sum((g.astype(float) ** 2).sum() for g in clipped.values()))
        scale = limit / norm if norm > limit else 1
        clipped = {n: (g * scale).astype(g.dtype) for n, g in clipped.items()}
    else:
        clipped = {n: np.clip(g, -limit, limit) for n, g in clipped.items()}
    return rest | clipped


def turn(gradients, faults):
    """weight_hh's gradients transposed, where that is the fault."""
    if "grad-weight-hh-transposed" not in faults:
        return gradients
    return {n: g.T.copy() if n.startswith("weight_hh") else g for n, g in gradients.items()}


def drop(gradients, faults):
    """Gradients left out, or zeros in their place, where that is the fault."""
    missing = {
        "grad-h0-missing": ("h_0",),
        "grad-input-missing": ("input",),
        "grad-bias-missing": ("bias_ih_", "bias_hh_"),
        "grad-bias-hh-missing": ("bias_hh_",),
    }
    for fault, beginnings in missing.items():
        if fault in faults:
            names = [n for n in gradients if n.startswith(beginnings)]
            gradients = gradients | {n: np.zeros_like(gradients[n]) for n in names}
            if faults[fault] == "left out":
                gradients = {n: g for n, g in gradients.items() if n not in names}
    return gradients


def accumulate(gradients, earlier):
    """Parameter gradients with those of earlier calls added; `earlier` is brought up to date."""
    for name in gradients:
        if name not in ("input", "h_0"):
            gradients[name] = gradients[name] + earlier.get(name, 0)
            earlier[name] = gradients[name].copy()
    return gradients
