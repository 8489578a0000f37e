"""One case's exchange with its child: its layers are on, one question, one answer, and then nothing more."""

from __future__ import annotations

from conformance.child.control import READY
from conformance.wire import Channel, EndOfStreamError, Frame, Limits, ProtocolError, ask


class NotReadyError(Exception):
    """A child ended before its layers were on: no line of the submission was read."""


def exchanged(channel: Channel, question: Frame, limits: Limits, deadline: float) -> Frame:
    """The answer, alone and to its end.

    Raises NotReadyError, ProtocolError for anything but one frame with the question's number and an end after it, and
    what Channel raises.
    """
    try:
        channel.receive(len(READY), deadline)
    except EndOfStreamError:
        raise NotReadyError from None
    answer = ask(channel, question, limits, deadline)
    try:
        channel.receive(1, deadline)
    except EndOfStreamError:
        return answer
    raise ProtocolError("more bytes follow it, but nothing should")
