"""The wire: cases and answers as frames of bytes, for implementations that run in another process (see protocol.md)."""

from conformance.wire.conversation import ask, hear, put
from conformance.wire.frame import Frame, Kind, Limits, ProtocolError, decode, encode
from conformance.wire.hints import Hints, read_hints
from conformance.wire.reply import read_raised, read_reply, write_reply
from conformance.wire.request import HELLO, read_request, write_request
from conformance.wire.stream import Channel, DeadlineError, EndOfStreamError, FloodError

__all__ = [
    "HELLO", "Channel", "DeadlineError", "EndOfStreamError", "FloodError", "Frame", "Hints", "Kind", "Limits",
    "ProtocolError", "ask", "decode", "encode", "hear", "put", "read_hints", "read_raised", "read_reply",
    "read_request", "write_reply", "write_request",
]  # fmt: skip
