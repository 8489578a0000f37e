"""Submissions: one Python file, judged from outside while it runs confined in processes that know no answer."""

from conformance.submission.file import SubmissionError, SubmissionFile
from conformance.submission.submitted import SubmittedImplementation, submitted

__all__ = ["SubmissionError", "SubmissionFile", "SubmittedImplementation", "submitted"]
