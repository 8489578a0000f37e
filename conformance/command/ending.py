"""How a process ended, and the last that it said, in words."""

from __future__ import annotations

import signal

from conformance.plain_text import clean

_MEANS = {
    "SIGSEGV": "it touched memory that is not its own",
    "SIGBUS": "it touched memory that is not there",
    "SIGFPE": "an integer was divided by zero, or something like it",
    "SIGILL": "it met an instruction that does not exist",
    "SIGABRT": "it gave up by itself, as on a failed assertion",
    "SIGKILL": "from outside, as when memory runs out",
    "SIGPIPE": "it wrote to what nobody reads",
    "SIGSYS": "it asked the system for something that no calculation needs",
    "SIGXCPU": "its share of processor time was used up",
}
_LINES, _LONGEST = 3, 300


def ended(code: int) -> str:
    """`by SIGSEGV (it touched ...)` or `with exit code 3`."""
    if code >= 0:
        return f"with exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        return f"by signal {-code}"
    return f"by {name}" + (f" ({_MEANS[name]})" if name in _MEANS else "")


def last_said(words: bytes) -> str:
    """`; the last it wrote to standard error: "..."`, made harmless, or nothing."""
    lines = [" ".join(line.split()) for line in clean(words.decode("utf-8", "replace"), None).splitlines()]
    said = " / ".join([line for line in lines if line][-_LINES:])
    return f'; the last it wrote to standard error: "{said[-_LONGEST:]}"' if said else ""
