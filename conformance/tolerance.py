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
