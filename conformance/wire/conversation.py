"""One question and its answer, whole and alone, or the reason why there is none."""

from __future__ import annotations

from conformance.wire.frame import (
    HEADER_SIZE,
    MAGIC,
    Frame,
    Limits,
    ProtocolError,
    decode_body,
    decode_header,
    encode,
    quoted,
)
from conformance.wire.stream import Channel


def ask(channel: Channel, question: Frame, limits: Limits, deadline: float) -> Frame:
    """Send a frame and read the one that answers it, by a deadline (a reading of time.monotonic()).

    Raises ProtocolError for anything but one frame with the question's number, and what Channel raises. After any of
    these the two sides are out of step: the other one has to be started anew.
    """
    return hear(channel, question, limits, deadline, heard_out=put(channel, question, deadline))


def put(channel: Channel, question: Frame, deadline: float) -> bool:
    """The first half of `ask`: whether the question was heard to its end."""
    if unasked := channel.unasked:
        raise ProtocolError(f"it wrote {quoted(unasked)} without being asked, but should answer once and no more")
    return channel.send(encode(question), deadline)


def hear(channel: Channel, question: Frame, limits: Limits, deadline: float, *, heard_out: bool) -> Frame:
    """The second half of `ask`, which may come as late as the deadline allows."""
    header = decode_header(channel.receive(HEADER_SIZE, deadline, MAGIC), limits)
    if header.sequence != question.sequence:
        raise ProtocolError(f"its sequence is {header.sequence}, but should be {question.sequence}, as in the question")
    answer = decode_body(header, channel.receive(header.length, deadline))
    if not heard_out:
        raise ProtocolError("it came before the question had been read to its end, but should come after it")
    if unasked := channel.unasked:
        raise ProtocolError(f"{quoted(unasked)} follows it, but nothing should")
    return answer
