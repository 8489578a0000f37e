"""What others wrote made harmless to show: an exception's message, a docstring, the name of a file or of a class."""

from __future__ import annotations

import re

#: How many characters of one text are shown.
LONGEST = 2000

_TERMINAL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Controls; what is invisible or turns the direction of text (Unicode's Default_Ignorable_Code_Point and Bidi_Control);
# halves of surrogate pairs, which UTF-8 cannot write; what is no character, of which XML forbids two.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# A line of a log on which a CI system acts: GitHub's runner takes "::name ...::" at the beginning of a line and
# "##[name]" anywhere in one (actions/runner, src/Runner.Common/ActionCommand.cs), others "##vso[" and "##teamcity[".
_BEGINS_COMMAND = re.compile(r"^([^\S\n]*):(?=:)", re.MULTILINE)
_HOLDS_COMMAND = re.compile(r"#(?=#\w*\[)")


def clean(text: str, longest: int | None = LONGEST) -> str:
    """Remove terminal sequences and what cannot be seen, break what a CI log would obey, and cut, saying so."""
    seen = inert(_UNSEEN.sub("", _LINE_ENDS.sub("\n", _TERMINAL.sub("", text))))
    if longest is None or len(seen) <= longest:
        return seen
    return f"{seen[:longest]} … (cut here: {len(seen):,} characters in all)"


def one_line(text: str, longest: int = LONGEST) -> str:
    """The same without a line break or a run of spaces."""
    return clean(" ".join(clean(text, None).split()), longest)


def inert(text: str) -> str:
    """Break what a CI system would take for a command to it, in text that is printed into its log."""
    return _HOLDS_COMMAND.sub("# ", _BEGINS_COMMAND.sub(r"\1: ", text))
