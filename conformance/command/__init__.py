"""Commands as implementations: any program that speaks the wire protocol on its standard input and output."""

from conformance.command.implementation import start

__all__ = ["start"]
