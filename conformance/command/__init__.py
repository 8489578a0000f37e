"""Implementations in processes of their own: any program that speaks the wire protocol, and somebody's Python."""

from conformance.command.implementation import start
from conformance.command.python import Allowed, begin_python

__all__ = ["Allowed", "begin_python", "start"]
