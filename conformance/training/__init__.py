"""Training parity: a task learned step by step with the layer under test, beside the same done by torch end to end."""

from conformance.training.assignment import assign
from conformance.training.expectation import Learns, expect_learning
from conformance.training.learned import Learned, Unreadable
from conformance.training.learning import learn

__all__ = ["Learned", "Learns", "Unreadable", "assign", "expect_learning", "learn"]
