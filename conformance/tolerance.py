"""How close is close: from numbers alone, each constant with its source (DESIGN, section 6)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """max|implementation - truth| <= yardstick_factor * yardstick + rounding_factor * unit_roundoff * scale."""

    unit_roundoff: float
    yardstick_factor: float
    rounding_factor: float

    def allowed(self, yardstick: float, scale: float) -> float:
        """The greatest error of a tensor that is still rounding.

        `yardstick` is the larger of torch's and the reference's own error, `scale` the greatest sum of absolute values
        behind one number of the tensor.
        """
        return self.yardstick_factor * yardstick + self.rounding_allowed(scale)

    def rounding_allowed(self, scale: float) -> float:
        """The same without a yardstick: what torch and the reference themselves are held to."""
        return self.rounding_factor * self.unit_roundoff * scale


#: Measured on sizes of 1 too: in float64 0 of 3,600 honest checks failed; in float32 1 of 3,600 at 8, none at 16.
RULES = {
    "float64": Rule(unit_roundoff=2.0**-53, yardstick_factor=2.0, rounding_factor=16.0),
    "float32": Rule(unit_roundoff=2.0**-24, yardstick_factor=3.0, rounding_factor=16.0),
}

#: Where torch's float64 stands in for the truth, it may itself be off by as much as what is judged.
STAND_IN_FACTOR = 2.0

#: A longdouble product is far slower than a float64 one; beyond this many multiply-adds torch's float64 stands in.
LONGDOUBLE_LIMIT = 10**6

#: A relu pre-activation within this many roundings of its own absolute sum may change sign honestly, and one that does
#: makes gradients wrong by their whole size (contract, section 4.3). Such draws are set aside.
KINK_ROUNDINGS = 16.0

#: How often torch learns a training task again, off by a little at random in every step; the yardstick is the greatest
#: distance of these runs from its own, over all steps so far (training/expectation.py). Measured with 8: 0 of 2,068
#: honest checks failed, and none came nearer to the bound than 0.35 of it; with 4, one of 2,838 came to 0.995. Off in
#: the parameters alone, the runs do not bound what saturated states do.
DISTURBED_RUNS = 8

#: Where these runs have parted by this share of what is compared, learning is chaotic: what becomes of a disturbance
#: is no longer in proportion to it, so it bounds nothing, and rounding decides. From there on nothing is judged.
PARTED = 1e-3
