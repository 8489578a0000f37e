"""Submissions: one Python file, judged from outside while it runs confined in processes that know no answer."""

from conformance.submission.allowance import GROUP, Allowance
from conformance.submission.file import SubmissionError, SubmissionFile
from conformance.submission.submitted import SubmittedImplementation, submitted

__all__ = ["GROUP", "Allowance", "SubmissionError", "SubmissionFile", "SubmittedImplementation", "submitted"]
