"""One running command: started, greeted, asked, and ended."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from conformance.command.leash import Leash
from conformance.command.process import Process
from conformance.command.running import Running
from conformance.observation import Lost
from conformance.wire import HELLO, Channel, Kind, Limits

_HELLO_LIMITS = Limits(1 << 16)


class StartError(Exception):
    """A command could not be started, or did not greet back; the text is what to tell its author."""


class Program(Running):
    """A process that has answered HELLO."""

    def __init__(self, words: Sequence[str], folder: Path, scratch: Path, seconds: float) -> None:
        leash = Leash(scratch)
        pipe = subprocess.PIPE
        try:
            process = leash.start(words, folder, stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0)
        except OSError as error:
            leash.end()
            raise StartError(f"{words[0]} cannot be run: {error.strerror}") from None
        streams = [stream for stream in (process.stdin, process.stdout, process.stderr) if stream is not None]
        outgoing, incoming, aside = (stream.fileno() for stream in streams)
        super().__init__(leash, process, streams, Channel(incoming, outgoing, aside))
        greet(self, seconds)


def greet(process: Process, seconds: float) -> None:
    """HELLO, and what comes back; StartError, and the process is gone, where that is no welcome."""
    found = process.begin(HELLO, _HELLO_LIMITS, seconds)()
    if isinstance(found, Lost):
        raise StartError(f"asked HELLO, {found.why}")
    if found.kind is Kind.WELCOME:
        return
    process.end()
    if found.kind is Kind.REFUSED:
        raise StartError(f"it refuses version 1 of the protocol ({found.entries.get('reason') or 'no reason given'})")
    raise StartError(f"asked HELLO, it answers {found.kind.name}, but should answer WELCOME")
