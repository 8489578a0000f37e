"""Cases for the soak: random configurations, many of them of size 1, at every scale that rounding is judged at."""

import dataclasses
import random

from conformance.case import Case

SIZES = (1, 1, 2, 3, 8, 17, 32)


def random_case(seed, number, dtype):
    """The case of a number; equal seeds and numbers make equal cases."""
    draw = random.Random(f"{seed}|{number}")
    case = Case(
        id=f"soak/{seed}/{number}/{dtype}",
        asks="gradients",
        dtype=dtype,
        input_size=draw.choice(SIZES),
        hidden_size=draw.choice(SIZES),
        num_layers=draw.choice((1, 1, 2, 3)),
        nonlinearity=draw.choice(("tanh", "relu")),
        bias=draw.random() < 0.8,
        batch_first=draw.random() < 0.3,
        bidirectional=draw.random() < 0.4,
        seq_len=draw.choice((1, 1, 2, 3, 9, 30)),
        batch_size=draw.choice((None, 1, 1, 2, 5, 12)),
        h_0=draw.choice(("absent", "given")),
        weight_scale=draw.choice((0.1, 1.0, 1.0, 1.5)),
        weight_hh=draw.choice(("random", "random", "random", "zero", "identity")),
        bias_scale=draw.choice((0.0, 1.0, 1.0, 10.0)),
        input_scale=draw.choice((1e-6, 1e-3, 1.0, 1.0, 1.0, 30.0, 1e3)),
        h_0_scale=draw.choice((1e-3, 1.0, 1.0)),
        upstream=draw.choice(("both", "both", "output", "h_n", "last_step")),
        upstream_scale=draw.choice((1e-4, 1.0, 1.0, 1e3)),
    )
    return dataclasses.replace(case, **_unusual(case, draw))


def _unusual(case, draw):
    """Settings that most cases leave alone.

    A special value needs more than one feature and unit: NumPy leaves out what a lone 0 is multiplied with, even if that
    is infinite, and honest networks in NumPy do as it does.
    """
    wide = min(case.input_size, case.hidden_size) > 1
    special = ("nan", "inf", "-inf") if wide else ("none",)
    # Where biases cancel, what is left of tiny inputs lies within rounding of relu's kink.
    cancel = "opposite" if case.nonlinearity == "tanh" else "random"
    return {
        "biases": draw.choice(("random", "random", "random", cancel, "positive")),
        "layout": draw.choice(("contiguous", "contiguous", "transposed", "strided")),
        "digits": draw.choice((None, None, None, 3)),
        "input_special": draw.choice(("none", "none", "none", draw.choice(special))),
        "special_step": draw.choice(("first", "middle", "last")),
        "h_0_special": draw.choice(("none", "none", "none", draw.choice(special))),
    }
