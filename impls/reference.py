"""The NumPy reference of this project, through the same door as everyone."""

from conformance.reference import RNN

__all__ = ["RNN"]
