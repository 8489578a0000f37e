"""Loading: somebody's Python, imported, and what in it is the RNN; in the process that is to run it."""

from conformance.loading.code import Code
from conformance.loading.implementation import load
from conformance.loading.subject import subject

__all__ = ["Code", "load", "subject"]
