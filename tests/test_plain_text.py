"""What others wrote is harmless wherever it is shown."""

import sys
import unicodedata

import pytest
from feedback_runs import command

from conformance.command.ending import last_said
from conformance.plain_text import LONGEST, clean, inert, one_line
from conformance.report.text import WIDTH, wrapped

#: Unicode's Bidi_Control, and its Default_Ignorable_Code_Point but for what is not assigned.
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
IGNORED = "\xad\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u200b\u200c\u200d\u2060\u2064\u3164\ufe00\ufe0f\ufeff\uffa0\U0001d173\U000e0001\U000e0041\U000e01ef"
#: Signs of Arabic, Syriac, Kaithi and hieroglyphs that Unicode calls formatting characters, and that are seen.
SEEN = {*range(0x0600, 0x0606), 0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2, 0x110BD, 0x110CD, *range(0x13430, 0x13440)}


def test_nothing_is_left_that_cannot_be_seen():
    assert clean(f"a{BIDI}{IGNORED}b") == "ab"
    left = set(clean("".join(map(chr, range(sys.maxunicode + 1))), None))
    unseen = {hex(ord(c)) for c in left if unicodedata.category(c) in ("Cc", "Cf", "Cs") and ord(c) not in SEEN}
    assert unseen == {hex(ord("\t")), hex(ord("\n"))}
    assert {"\ufffe", "\uffff"} & left == set(), "XML has no such characters"
    assert {*"aé中€😀\u0627\u0600\ufdfa\U0010fffd"} <= left, "what can be seen stays"


@pytest.mark.parametrize(
    "line",
    [
        "::error::x",
        "   ::add-mask::x",
        "\u3000::warning file=a,line=1::x",
        "seen ##[error]x",
        "##[add-mask]x",
        "a\n::stop-commands::token",
        "a\r::set-output name=x::y",
        "a\u2028::debug::x",
        "a\x0b::notice::x",
        ":\u200b:error::x",
        "#\u202e#[error]x",
        "\x1b[31m::error::x",
        "\x1b]8;;\x07##[error]x",
    ],
)
def test_no_line_of_a_log_is_a_command(line):
    seen = line.replace("\u200b", "").replace("\u202e", "").replace("\x1b[31m", "").replace("\x1b]8;;\x07", "")
    assert any(command(part) for part in seen.splitlines()), "the reader of logs should see a command here"
    for text in (clean(line), inert(seen.replace("\r", "\n").replace("\u2028", "\n").replace("\x0b", "\n"))):
        assert not any(command(part) for part in text.splitlines()), text
    assert command(one_line(line)) is None


@pytest.mark.parametrize("other", ["##vso[task.complete result=Succeeded]", "##teamcity[buildStatus status='SUCCESS']"])
def test_other_ci_systems_obey_nothing_either(other):
    name = other.partition("[")[0]
    assert f"{name}[" not in clean(f"a {other}")


def test_a_line_that_begins_only_because_it_was_broken_is_no_command():
    for length in range(WIDTH - 12, WIDTH + 12):
        text = "x" * length + " ::error::y " + "x" * length + "::error::z"
        assert not any(command(line) for line in wrapped(text)), length
    assert any(command(line) for line in ["x" * WIDTH, "::error::y"]), "as it would have been broken"


def test_texts_are_cut_and_say_so():
    assert clean("x" * LONGEST) == "x" * LONGEST
    assert clean("x" * 9, 5) == "xxxxx … (cut here: 9 characters in all)"
    assert clean("x" * 9, None) == "x" * 9
    assert one_line(" a\n\tb  c\r\n", 99) == "a b c"


@pytest.mark.parametrize("text", ["\n" * 300_000, "\x1b]" * 150_000, ":" * 300_000, "##a" * 100_000, "\x1b[" * 150_000])
def test_long_texts_take_no_longer_than_they_are_long(text):
    assert len(clean(text)) <= LONGEST + 50  # in a quadratic pattern this would take minutes


def test_the_last_words_of_a_process_are_cleaned_too():
    assert last_said(b"a\n\x1b[31m::error::b\x1b[0m\n\xe2\x80\xaec\x00\n") == (
        '; the last it wrote to standard error: "a / : :error::b / c"'
    )
    assert last_said(b" \n\x00\n") == ""
