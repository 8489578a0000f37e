"""What can become of one case, in the words that users see."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """What became of one case with one implementation; every one stands in the counts, zeros too."""

    PASS = "pass"  # noqa: S105 -- not a password
    FAIL = "fail"
    ERROR = "error"
    UNSUPPORTED = "unsupported"
    CRASH = "crash"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    KNOWN = "known"
    STALE = "stale"
    SUITE_ERROR = "suite-error"
    NOT_RUN = "not-run"


class Layer(StrEnum):
    """Where an answer first differs; judged in this order."""

    ARITY = "arity"
    TYPE = "type"
    SHAPE = "shape"
    DTYPE = "dtype"
    FINITE = "finite"
    VALUE = "value"
    GRADIENT = "gradient"
    PURITY = "purity"
    ACCEPTED = "accepted"  # returned where torch raises
    UNASKED = "unasked"  # it was asked nothing any more, after too many losses or too long a time
