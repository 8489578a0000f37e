"""Every fault that the second style can be planted with, and the values it takes: the first is the default."""

NO_VALUE = (None,)
LAYERS_OR_OUTPUT = ("in every layer", "in output")
LEFT_OUT = ("left out", "zeros")

STATE = {
    "state-not-carried": NO_VALUE,
    "state-kept-between-calls": NO_VALUE,
    "stale-cache-in-backward": NO_VALUE,
    "batch-size-remembered": NO_VALUE,
    "h0-ignored": NO_VALUE,
    "h0-default-not-zero": (1.0, 0.5, 0.1, 0.01, -1.0),
    "h0-modified": NO_VALUE,
    "h0-first-layer-reused": NO_VALUE,
    "h0-forward-direction-reused": NO_VALUE,
    "h0-direction-major": NO_VALUE,
    "output-aliases-last-state": ("in output", "in every layer"),
    "output-shifted": ("in output", "in every layer"),
    "output-includes-h0": NO_VALUE,
    "output-reversed-in-time": NO_VALUE,
    "parameters-ignored": NO_VALUE,
}

LAYERS_AND_DIRECTIONS = {
    "layers-share-weights": ("layer 1's", "layer 0's"),
    "layer-reads-input-again": NO_VALUE,
    "output-from-first-layer": NO_VALUE,
    "hn-last-layer-only": NO_VALUE,
    "hn-direction-major": NO_VALUE,
    "hn-reverse-from-last-step": NO_VALUE,
    "hn-without-layer-axis": NO_VALUE,
    "reverse-not-reversed": NO_VALUE,
    "reverse-not-restored": LAYERS_OR_OUTPUT,
    "reverse-shares-weights": NO_VALUE,
    "reverse-ignores-h0": NO_VALUE,
    "reverse-overwrites-output": ("second half zero", "one half only"),
    "directions-swapped": LAYERS_OR_OUTPUT,
    "directions-summed": ("sum", "mean"),
    "directions-interleaved-without-transpose": LAYERS_OR_OUTPUT,
    "bidirectional-ignored": NO_VALUE,
    "num-layers-ignored": NO_VALUE,
}

CELL = {
    "nonlinearity-ignored": NO_VALUE,
    "nonlinearity-missing": NO_VALUE,
    "default-nonlinearity-relu": NO_VALUE,
    "sigmoid-for-tanh": NO_VALUE,
    "relu-leaky": (0.01, 0.1, 0.2, 0.3),
    "relu-clipped": (6, 1, 20),
    "relu-hides-nan": NO_VALUE,
    "tanh-approximated": (
        "a/(1+|a|)",
        "clip to -1..1",
        "a(27+a^2)/(27+9a^2)",
        "a-a^3/3",
        "a/sqrt(1+a^2)",
        "tanh(a/2)",
        "1.7159 tanh(2a/3)",
    ),
    "tanh-overflows": ("(e^2a-1)/(e^2a+1)", "(e^a-e^-a)/(e^a+e^-a)"),
    "bias-missing": NO_VALUE,
    "bias-ih-missing": NO_VALUE,
    "bias-hh-missing": NO_VALUE,
    "bias-ih-doubled": ("in place of b_hh", "beside b_hh"),
    "weight-ih-transposed": ("transposed", "reshaped"),
    "weight-hh-transposed": NO_VALUE,
    "computes-in-float32": NO_VALUE,
}

SHAPE_AND_CONTRACT = {
    "batch-first-ignored": NO_VALUE,
    "default-batch-first": NO_VALUE,
    "batch-first-output-not-restored": NO_VALUE,
    "batch-first-applied-to-hn": NO_VALUE,
    "batch-first-applied-to-h0": NO_VALUE,
    "unbatched-keeps-batch-axis": ("both", "output", "h_n"),
    "unbatched-time-taken-as-batch": NO_VALUE,
    "squeeze-drops-size-one-axes": NO_VALUE,
    "output-trailing-axis": NO_VALUE,
    "features-before-batch": NO_VALUE,
    "returns-wrong-dtype": ("float32", "float64"),
    "returns-list": NO_VALUE,
    "returns-output-only": NO_VALUE,
    "input-modified": NO_VALUE,
    "nondeterministic": NO_VALUE,
}

STEPS = tuple(f"{k} steps" for k in (5, 1, 2, 3, 4, 8, 10, 16, 20, 32))
CHUNKS = tuple(f"chunks of {k}" for k in (5, 2, 3, 4, 8, 10, 16, 20, 32))

GRADIENTS = {
    "grad-through-time-missing": NO_VALUE,
    "grad-truncated": STEPS + CHUNKS,
    "grad-nonlinearity-missing": NO_VALUE,
    "grad-nonlinearity-at-wrong-value": ("at h", "at the state before"),
    "grad-relu-missing": NO_VALUE,
    "grad-relu-at-zero": NO_VALUE,
    "grad-relu-stops-nan": NO_VALUE,
    "grad-upstream-ignored": NO_VALUE,
    "grad-hn-ignored": NO_VALUE,
    "grad-incoming-ignored": NO_VALUE,
    "grad-output-last-step-only": NO_VALUE,
    "grad-weight-hh-uses-current-state": NO_VALUE,
    "grad-weight-hh-ignores-h0": NO_VALUE,
    "grad-weight-hh-wraps-around": NO_VALUE,
    "grad-weight-hh-transposed": NO_VALUE,
    "grad-weight-hh-not-transposed": NO_VALUE,
    "grad-averaged-over-batch": ("parameters", "parameters and h_0", "everything", "parameters by T*B"),
    "grad-h0-missing": LEFT_OUT,
    "grad-input-missing": LEFT_OUT,
    "grad-bias-missing": LEFT_OUT,
    "grad-bias-hh-missing": LEFT_OUT,
    "grad-reverse-not-reversed": ("upstream", "input", "both"),
    "grad-directions-not-summed": ("forward only", "reverse only"),
    "grad-lower-layers-missing": NO_VALUE,
    "grad-layers-weights-missing": ("upstream unchanged", "da"),
    "grad-clipped": (1, 0.1, 5, 6, 10, 100, "norm 1", "norm 5", "norm 0.25"),
    "grad-accumulated-between-calls": NO_VALUE,
    "grad-accumulated-across-layers": NO_VALUE,
    "grad-bias-from-upstream": ("dy", "g"),
    "grad-last-step-skipped": NO_VALUE,
    "grad-batch-first-not-restored": NO_VALUE,
    "weights-updated-in-backward": (0.01, 0.001, 0.1, 1.0),
    "upstream-modified": ("output", "h_n", "both"),
}

GRID = STATE | LAYERS_AND_DIRECTIONS | CELL | SHAPE_AND_CONTRACT | GRADIENTS


def resolve(faults):
    """Defaults put in for None; raises ValueError for a fault or a value that is not in the grid."""
    for fault, value in faults.items():
        if fault not in GRID:
            raise ValueError(f"the fault is {fault!r}, but should be one of {', '.join(GRID)}")
        if value is not None and value not in GRID[fault]:
            raise ValueError(f"the value of {fault} is {value!r}, but should be one of {GRID[fault]}")
    return {fault: GRID[fault][0] if value is None else value for fault, value in faults.items()}
