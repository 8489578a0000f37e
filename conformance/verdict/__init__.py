"""Judging one case: what was observed against what was expected, at the first difference what, where and how far."""

from conformance.verdict.judging import Verdict, judge
from conformance.verdict.learning import judge_learning

__all__ = ["Verdict", "judge", "judge_learning"]
