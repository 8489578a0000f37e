"""A smaller case that fails in the same way: small enough to check by hand."""

from conformance.shrink.failure import StillFails, failure_of
from conformance.shrink.search import shrink

__all__ = ["StillFails", "failure_of", "shrink"]
