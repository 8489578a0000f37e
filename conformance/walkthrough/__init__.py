"""A failing case step by step: what goes in, what should come out, what came out, and the first wrong step by hand."""

from conformance.walkthrough.page import lines
from conformance.walkthrough.trial import Trial, attempt

__all__ = ["Trial", "attempt", "lines"]
