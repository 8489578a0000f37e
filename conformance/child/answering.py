"""Answering a question with an implementation that is here."""

from __future__ import annotations

from conformance.child.kept import KeepingImplementation
from conformance.implementation import BrokenImplementation, Implementation
from conformance.observation import Lost, observe, raised
from conformance.wire import Frame, read_hints, read_request, write_reply


class Answering:
    """Answers one CASE after another; a network may be kept from one to the next, where the questions say so."""

    def __init__(self, implementation: Implementation) -> None:
        self._broken = implementation.error if isinstance(implementation, BrokenImplementation) else None
        self._implementation = KeepingImplementation(implementation)

    def answer(self, question: Frame) -> Frame:
        """What the implementation does with the case in a frame; ProtocolError where there is none in it.

        Nobody sends Ctrl-C to this process, so that KeyboardInterrupt, too, is of the implementation's own making.
        """
        if self._broken is not None:
            return write_reply(raised(self._broken, "import"), question.sequence)
        case, calls = read_request(question)
        hints = read_hints(question.entries)
        self._implementation.heed(hints)
        observed = observe(self._implementation, case, calls, generators=hints.generators, passed_on=())
        if isinstance(observed, Lost):
            raise TypeError("only a judge loses answers")
        return write_reply(observed, question.sequence)
