"""The reference: torch.nn.RNN from its equations, in NumPy alone. Read rnn.py first."""

from conformance.reference.network import Array, Scan
from conformance.reference.rnn import RNN

__all__ = ["RNN", "Array", "Scan"]
