"""The wire: frames byte by byte, what is refused, cases and answers there and back, and streams with deadlines."""

import dataclasses
import math
import os
import random
import re
import socket
import struct
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from conformance.adapters import adapt
from conformance.arguments import Arguments, draw, draw_second
from conformance.case import Case
from conformance.discovery import load, parse
from conformance.execution import load_oracle
from conformance.expected import expect
from conformance.observation import Answered, Call, Declined, NotAnArray, NotGradients, Raised, observe
from conformance.question import ask as asked
from conformance.reference import RNN
from conformance.sweep import suite
from conformance.verdict import judge
from conformance.wire import (
    HELLO,
    Channel,
    DeadlineError,
    EndOfStreamError,
    FloodError,
    Frame,
    Kind,
    Limits,
    ProtocolError,
    ask,
    decode,
    encode,
    read_reply,
    read_request,
    write_reply,
    write_request,
)
from conformance.wire.frame import HEADER_SIZE
from conformance.wire.stream import MOST_ASIDE

ROOT = Path(__file__).parents[1]
LIMITS = Limits(1 << 16)
HEADER = struct.Struct("<4sHHQIIQ")
ENTRY = struct.Struct("<HBBQ")
SMALL = Case(id="small", asks="gradients", input_size=2, hidden_size=3, seq_len=4, batch_size=2, h_0="given")


def calls_of(case, seed=0):
    first = draw(case, seed)
    return ((case, first), draw_second(case, first, seed))


def header(kind=4, sequence=1, entries=0, length=0, magic=b"RNNC", version=1, reserved=0):
    return HEADER.pack(magic, version, kind, sequence, entries, reserved, length)


def entry(name=b"a", code=1, dims=(), payload=b"\0" * 8, length=None, name_length=None, axes=None):
    head = ENTRY.pack(
        len(name) if name_length is None else name_length,
        code,
        len(dims) if axes is None else axes,
        len(payload) if length is None else length,
    )
    return head + b"".join(struct.pack("<Q", size) for size in dims) + name + payload


def answer(*entries, count=None):
    body = b"".join(entries)
    return header(entries=len(entries) if count is None else count, length=len(body)) + body


# ---- frames

VALUES = {
    "float64": np.array([[0.5, math.nan, -math.inf], [-0.0, 5e-324, 1e308]]),
    "float32": np.array([1.5, math.inf], np.float32),
    "float16": np.array([1.5], np.float16),
    "int64": np.array([-1, 2**62]),
    "small": np.array([-1, 2], np.int8),
    "bool": np.array([True, False]),
    "complex128": np.array([1 + 2j]),
    "an empty batch": np.zeros((5, 0, 3)),
    "a scalar": np.array(2.5),
    "text": "ä\n\u202e",
    "no text": "",
    "whole": -(2**63),
    "number": math.nan,
    "true": True,
    "false": False,
    "nothing": None,
    "input/ü": 1,
}


@pytest.mark.parametrize("name", VALUES)
def test_every_value_comes_back_as_it_was_sent(name):
    found = decode(encode(Frame(Kind.ANSWER, 7, {name: VALUES[name]})), LIMITS)
    got, sent = found.entries[name], VALUES[name]
    assert (found.kind, found.sequence, type(got)) == (Kind.ANSWER, 7, type(sent))
    if isinstance(sent, np.ndarray):
        assert (got.dtype, got.shape, got.tobytes()) == (sent.dtype, sent.shape, sent.tobytes())
        assert all((got.flags.owndata, got.flags.writeable, got.flags.aligned))
    else:
        assert str(got) == str(sent)


def test_views_and_other_orders_are_sent_in_c_order():
    array = np.arange(24.0).reshape(2, 3, 4)
    for sent in (array.transpose(2, 0, 1), array[:, ::2], np.asfortranarray(array)):
        assert np.array_equal(decode(encode(Frame(Kind.ANSWER, 0, {"a": sent})), LIMITS).entries["a"], sent)


def test_a_nan_keeps_its_bits():
    sent = np.frombuffer(struct.pack("<Q", 0x7FF8_0000_DEAD_BEEF), np.float64)
    assert decode(encode(Frame(Kind.ANSWER, 0, {"a": sent})), LIMITS).entries["a"].tobytes() == sent.tobytes()


@pytest.mark.parametrize("value", [np.zeros(1, np.longdouble), np.array(["a"]), np.zeros(1, ">f8"), np.array([None])])
def test_other_arrays_are_not_sent(value):
    with pytest.raises(ValueError, match="the wire carries no arrays of dtype"):
        encode(Frame(Kind.ANSWER, 0, {"a": value}))


def test_long_text_is_cut_between_two_characters():
    text = decode(encode(Frame(Kind.RAISED, 0, {"message": "ä" * 70_000})), Limits(1 << 20)).entries["message"]
    assert set(text) == {"ä"}
    assert len(text.encode()) == 65_536


BAD = {
    "no bytes": (b"", "it ends after 0 bytes, but should have a header of 32"),
    "half a header": (header()[:20], "it ends after 20 bytes"),
    "text": (b"Hello, world" * 3, "it begins with 'Hello, worldHello"),
    "another magic": (header(magic=b"RNNX"), "should begin with RNNC"),
    "another version": (header(version=2), "its version of the protocol is 2, but should be 1"),
    "another kind": (header(kind=9), "its kind is 9, but should be one of 1, 2, 3"),
    "reserved": (header(reserved=1), "its reserved field is 1, but should be 0"),
    "too long": (header(length=2**63), "its length is 9,223,372,036,854,775,808 bytes, but should be at most 65,536"),
    "too many entries": (header(entries=2**32 - 1, length=100) + b"\0" * 100, "claims 4,294,967,295 entries in 100"),
    "too short": (header(length=10) + b"\0" * 9, "9 bytes follow its header, but should be 10"),
    "bytes after it": (answer(entry()) + b"!", "21 bytes"),
    "bytes after the last entry": (answer(entry(), b"!!!", count=1), "3 bytes follow its last entry"),
    "an entry cut off": (answer(entry()[:-1]), "the payload of 'a' is 8 bytes long, but only 7 are left"),
    "a head cut off": (answer(entry(), entry()[:5], count=1), "bytes follow its last entry"),
    "no name": (answer(entry(name=b"")), "the name of an entry is 0 bytes long"),
    "a long name": (answer(entry(name=b"a" * 1025)), "the name of an entry is 1025 bytes long"),
    "a name that is not UTF-8": (answer(entry(name=b"\xff")), "the name of an entry is not UTF-8"),
    "a name beyond the frame": (answer(entry(name_length=900)), "the name of an entry is 900 bytes long, but only"),
    "twice the same": (answer(entry(), entry()), "its entry 'a' is there twice"),
    "huge axes": (answer(entry(dims=(2**31, 2**31, 2**31))), "should be smaller"),
    "an axis that overflows": (answer(entry(dims=(2**64 - 1,))), "should be smaller"),
    "an empty array of huge axes": (answer(entry(dims=(0, 2**60), payload=b"")), "should be smaller"),
    "a product that overflows": (answer(entry(dims=(2**32, 2**32))), "should be smaller"),
    "more than there is": (answer(entry(dims=(3, 5))), "is 8 bytes long, but should be 120: it is float64"),
    "less than there is": (answer(entry(dims=(0,))), "is 8 bytes long, but should be 0"),
    "a payload of 2**63": (answer(entry(length=2**63)), "but only 8 are left"),
    "nine axes": (answer(entry(dims=(1,) * 9)), "an entry has 9 dimensions, but should have at most 8"),
    "255 axes": (answer(entry(axes=255)), "an entry has 255 dimensions"),
    "another type": (answer(entry(code=99)), "is of type 99, but should be of one of 1, 2"),
    "object dtype": (answer(entry(code=12)), "is of type 12"),
    "two in a bool": (answer(entry(code=5, dims=(2,), payload=b"\1\2")), "holds the byte 2, but should hold 0 or 1"),
    "text with axes": (answer(entry(code=16, dims=(8,))), "has 1 dimensions, but should have none"),
    "text that is not UTF-8": (answer(entry(code=16, payload=b"ab\xff")), "is not UTF-8 at byte 2"),
    "a short integer": (answer(entry(code=17, payload=b"1234")), "is 4 bytes long, but should be 8"),
    "neither true nor false": (answer(entry(code=19, payload=b"\2")), "is 2, but should be 0 or 1"),
    "a full nothing": (answer(entry(code=20)), "is 8 bytes long, but should be 0"),
}


@pytest.mark.parametrize("name", [name for name in BAD if name != "bytes after it"])
def test_what_is_no_frame_is_said_to_be_none(name):
    data, sentence = BAD[name]
    with pytest.raises(ProtocolError, match=re.escape(sentence)):
        decode(data, LIMITS)


def test_bytes_after_a_frame_are_not_part_of_it():
    with pytest.raises(ProtocolError, match="bytes follow its header, but should be"):
        decode(answer(entry()) + b"!", LIMITS)


def test_nothing_is_allocated_for_what_is_claimed():
    tracemalloc.start()
    try:
        for data, _ in BAD.values():
            with pytest.raises(ProtocolError):
                decode(data, LIMITS)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1 << 20, f"{peak} bytes were taken for frames of at most a few kilobytes"


def test_changed_and_cut_frames_are_read_or_refused_and_nothing_else():
    whole = encode(Frame(Kind.ANSWER, 3, VALUES))
    rng = random.Random(0)
    read = 0
    for number in range(4000):
        data = bytearray(whole)
        if number < len(whole):
            data = data[:number]
        else:
            for _ in range(rng.randint(1, 4)):
                data[rng.randrange(len(data))] = rng.choice((0, 1, 127, 128, 255, rng.randrange(256)))
        try:
            decode(data, LIMITS)
            read += 1
        except ProtocolError:
            pass
    assert 0 < read < 4000 - len(whole)


# ---- the page


def hex_blocks():
    page = (ROOT / "conformance" / "protocol.md").read_text()
    blocks = re.findall(r"```hex\n(.*?)```", page, re.DOTALL)
    return [bytes.fromhex(" ".join(line.partition(";")[0] for line in block.splitlines())) for block in blocks]


def example():
    case = Case(id="x", asks="values", input_size=1, hidden_size=1, bias=False, seq_len=1, batch_size=None)
    parameters = {"weight_ih_l0": np.array([[2.0]]), "weight_hh_l0": np.array([[0.0]])}
    return case, Arguments(np.array([[0.5]]), None, parameters, np.zeros(0), np.zeros(0))


def test_the_example_on_the_page_is_what_is_sent():
    hello, welcome, question, reply = hex_blocks()
    case, arguments = example()
    assert hello == encode(HELLO)
    assert welcome == encode(Frame(Kind.WELCOME, 0))
    assert question == encode(write_request(case, ((case, arguments),), 1))
    seen = read_reply(decode(reply, LIMITS), case, 1)
    assert seen == Answered(seen.calls, (), ())
    assert np.array_equal(seen.calls[0].outputs, np.tanh([[[1.0]], [[1.0]]]))


def test_the_example_on_the_page_is_explained_in_its_own_words():
    page = (ROOT / "conformance" / "protocol.md").read_text()
    for line in re.findall(r"^(.*); (\d+) bytes of name.* (\d+) bytes? of payload$", page, re.MULTILINE):
        name_length, _, _, length = ENTRY.unpack(bytes.fromhex(line[0]))
        assert (name_length, length) == (int(line[1]), int(line[2])), line


def test_every_type_kind_and_limit_stands_on_the_page():
    page = (ROOT / "conformance" / "protocol.md").read_text()
    for kind in Kind:
        assert f"| {kind.value} {kind.name} |" in page, f"{kind.name} is not on the page"
    for words in ("| 1, 2, 3 | array of float64, float32, float16", "65,536 bytes", "1 to 1024", "2^48", "8 MiB"):
        assert words in page, f"{words} is not on the page"


# ---- cases


def all_cases():
    return [case for case in suite.load(ROOT / "cases").cases if case.asks != "training"]


def test_a_case_constructs_and_calls_the_same_on_the_other_side():
    for case in all_cases()[::3]:
        arguments = draw(case, 0)
        frame = decode(encode(write_request(case, ((case, arguments),), 5)), Limits(1 << 28))
        found, ((_, read),) = read_request(frame)
        assert found.constructor() == case.constructor() or "nan" in str(case.constructor()), case.id
        assert list(map(type, found.constructor()[1].values())) == list(map(type, case.constructor()[1].values()))
        assert (found.asks, found.dtype, read.layout) == (case.asks, case.dtype, case.layout)
        given = {"input": arguments.input, "h_0": arguments.h_0} | arguments.parameters
        got = {"input": read.input, "h_0": read.h_0} | read.parameters
        assert list(given) == list(got), case.id
        for name, value in given.items():
            assert type(value) is type(got[name]), f"{case.id}: {name}"
            np.testing.assert_array_equal(value, got[name], strict=isinstance(value, np.ndarray))


def test_only_what_an_implementation_is_told_is_sent():
    frame = write_request(SMALL, calls_of(SMALL), 1)
    assert not any("small" in str(value) for value in frame.entries.values())
    assert "call/1/grad_h_n" in frame.entries
    values = dataclasses.replace(SMALL, asks="values")
    assert not any("grad" in name for name in write_request(values, calls_of(values), 1).entries)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"extra": 1}, "it says 'extra'"),
        ({"call/2/input": None, "call/1/input": None}, "it says 'call/2/input'"),
        ({"asks": "verdict"}, "it says 'verdict'"),
        ({"asks": 3}, "asks is not there as text"),
        ({"call/0/x": None}, "it says 'call/0/x'"),
    ],
)
def test_a_case_with_something_else_in_it_is_refused(change, sentence):
    case, arguments = example()
    frame = write_request(case, ((case, arguments),), 1)
    with pytest.raises(ProtocolError, match=sentence):
        read_request(Frame(frame.kind, 1, {**frame.entries, **change}))
    with pytest.raises(ProtocolError, match="its kind is HELLO, but should be CASE"):
        read_request(HELLO)


# ---- answers


def there_and_back(observed, case=SMALL, calls=1):
    return read_reply(decode(encode(write_reply(observed, 1)), Limits(1 << 28)), case, calls)


def array(*values):
    return np.array(values)


FAILURE = Raised("backward", "ValueError", ("ValueError", "Exception", "object"), "a\nb", "f.py:3", not_connected=True)
ANSWERS = {
    "declined": Declined("no relu"),
    "raised": FAILURE,
    "one value": Answered((Call((array(1.0),), None),), (), ()),
    "three values": Answered((Call((array(1.0), array(2.0), array(3.0)), None),), (), ()),
    "no values": Answered((Call((), None),), (), ()),
    "no tuple": Answered((Call(NotAnArray("None", "a tuple of output and h_n"), None),), (), ()),
    "numbers in no tuple": Answered(
        (Call(NotAnArray("an array", "a tuple of output and h_n", array(1.0)), None),), (), ()
    ),
    "a list": Answered((Call((NotAnArray("a list of 1", "numpy.ndarray", array(1.0)), array(2.0)), None),), (), ()),
    "impure": Answered((Call((array(1.0), array(2.0)), None),), ("input", "weight_hh_l0"), ("output",)),
    "ended": Answered((Call((array(1.0), array(2.0)), None),), (), (), FAILURE),
    "ended by declining": Answered((Call((array(1.0), array(2.0)), None),), (), (), Declined("tired")),
    "gradients": Answered(
        (Call((array(1.0), array(2.0)), {"input": array(3.0), "odd name/numbers": array(4.0)}),), (), ()
    ),
    "no dict": Answered((Call((array(1.0), array(2.0)), NotGradients("None")),), (), ()),
    "an empty dict": Answered((Call((array(1.0), array(2.0)), {}),), (), ()),
    "no backward": Answered((Call((array(1.0), array(2.0)), Declined("no backward")),), (), ()),
    "backward raised": Answered((Call((array(1.0), array(2.0)), FAILURE),), (), ()),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_every_observation_comes_back(name):
    sent = ANSWERS[name]
    gradients = isinstance(sent, Answered) and sent.calls[0].gradients is not None
    case = SMALL if gradients else dataclasses.replace(SMALL, asks="values")
    assert str(there_and_back(sent, case, 2 if "ended" in name else 1)) == str(sent)


def test_declining_refuses_where_refusing_is_asked_for():
    case = dataclasses.replace(SMALL, asks="validation")
    assert there_and_back(Declined("no such thing"), case).bases == ("NotImplementedError",)


@pytest.mark.parametrize(
    ("kind", "entries", "sentence"),
    [
        (Kind.ANSWER, {}, "it answers 0 of 1 calls"),
        (Kind.ANSWER, {"call/0/h_n": array(1.0)}, "call/0/output is missing"),
        (Kind.ANSWER, {"call/0/output": array(1.0), "call/0/hn": array(1.0)}, "it holds the entry 'call/0/hn'"),
        (Kind.ANSWER, {"call/0/output": array(1.0), "call/1/output": array(1.0)}, "it holds the entry 'call/1/output'"),
        (Kind.ANSWER, {"call/0/output": array(1.0), "changed": 3}, "its entry changed is no text"),
        (Kind.ANSWER, {"call/0/output": array(1.0), "verdict": "pass"}, "it holds the entry 'verdict'"),
        # An entry without a name, and numbers that belong to another one: once they broke the reader.
        (
            Kind.ANSWER,
            {"call/0/output": array(1.0), "call/0/gradient/": "x", "numbers/call/0/gradient/a": array(1.0)},
            "it holds the entry 'numbers/call/0/gradient/a'",
        ),
        (Kind.DECLINED, {"reason": array(1.0)}, "its entry reason is no text"),
        (Kind.RAISED, {"not_connected": "yes"}, "its entry not_connected is neither true nor false"),
        (Kind.REFUSED, {"reason": "no"}, "it refuses the question"),
        (Kind.CASE, {}, "its kind is CASE, but should be ANSWER"),
    ],
)
def test_what_is_no_answer_is_said_to_be_none(kind, entries, sentence):
    with pytest.raises(ProtocolError, match=re.escape(sentence)):
        read_reply(Frame(kind, 1, entries), SMALL, 1)


def test_the_least_that_can_be_said_is_enough():
    assert read_reply(Frame(Kind.DECLINED, 1), SMALL, 1) == Declined("no reason given")
    raised = read_reply(Frame(Kind.RAISED, 1), SMALL, 1)
    assert (raised.stage, raised.kind, raised.bases) == ("forward", "an error", ("an error",))
    odd = read_reply(Frame(Kind.ANSWER, 1, {"call/0/output": 3.5, "call/0/h_n": None}), SMALL, 1).calls[0]
    assert [value.description for value in odd.outputs] == ["3.5, which is no array", "nothing"]
    assert odd.gradients == {}


SUBJECTS = sorted(p for folder in ("right", "wrong") for p in (ROOT / "tests" / "subjects" / folder).glob("*.py"))


def test_a_verdict_over_the_wire_is_the_verdict_here():
    oracle = load_oracle()
    cases = [
        dataclasses.replace(SMALL, num_layers=2, bidirectional=True),
        dataclasses.replace(SMALL, asks="values", batch_size=None, h_0="absent", calls="repeated"),
        dataclasses.replace(SMALL, asks="values", dtype="float32", nonlinearity="relu", layout="strided"),
    ]
    expected = [expect(asked(case, 0), oracle) for case in cases]
    seen = set()
    for path in SUBJECTS:
        implementation = load(parse(path.as_posix()))
        for case, wanted in zip(cases, expected):
            observed = observe(implementation, case, wanted.arguments)
            here, there = judge(wanted, observed), judge(wanted, there_and_back(observed, case, len(wanted.arguments)))
            assert here.status == there.status, f"{path.name}, {case}: {here.why} / {there.why}"
            assert here.why == there.why, path.name
            assert here.distances == there.distances or "nan" in str(here.distances), path.name
            seen.add(here.status)
    assert len(seen) >= 3, f"the subjects should be told apart, but all are {seen}"


def test_the_other_side_sees_what_this_side_would():
    case = dataclasses.replace(SMALL, num_layers=2, layout="transposed")
    calls = calls_of(case)
    there, again = read_request(decode(encode(write_request(case, calls, 1)), Limits(1 << 20)))
    implementation = adapt(RNN, "reference")
    assert str(observe(implementation, there, again)) == str(observe(implementation, case, calls))


# ---- streams


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair()
    yield Channel(ours.fileno(), ours.fileno()), theirs
    ours.close()
    theirs.close()


def soon(seconds=5.0):
    return time.monotonic() + seconds


def test_one_question_and_its_answer(ends):
    channel, theirs = ends
    theirs.sendall(encode(Frame(Kind.WELCOME, 0)))
    with pytest.raises(ProtocolError, match="without being asked"):
        ask(channel, HELLO, LIMITS, soon())


def test_what_comes_in_pieces_is_put_together(ends):
    channel, theirs = ends
    theirs.sendall(b"abc")
    assert channel.receive(2, soon()) == b"ab"
    theirs.sendall(b"def")
    assert channel.receive(4, soon()) == b"cdef"
    assert channel.unasked == b""


def test_a_wrong_beginning_is_not_waited_for(ends):
    channel, theirs = ends
    theirs.sendall(b"hi")
    assert channel.receive(HEADER_SIZE, soon(), b"RNNC") == b"hi"


def test_who_says_nothing_is_not_waited_for(ends):
    channel, theirs = ends
    with pytest.raises(DeadlineError):
        channel.receive(1, time.monotonic() + 0.01)
    with pytest.raises(DeadlineError):
        channel.send(b"x" * (1 << 24), time.monotonic() + 0.01)
    assert theirs.recv(1) == b"x"


def test_who_drips_is_not_waited_for(ends):
    channel, theirs = ends
    theirs.sendall(b"x")
    with pytest.raises(DeadlineError):
        channel.receive(2, time.monotonic())


def test_who_is_gone_is_noticed(ends):
    channel, theirs = ends
    theirs.sendall(b"ab")
    theirs.close()
    with pytest.raises(EndOfStreamError) as end:
        channel.receive(3, soon())
    assert end.value.received == 2
    assert channel.send(b"x" * (1 << 22), soon()) is False


def test_who_talks_before_the_end_is_heard_at_once(ends):
    channel, theirs = ends
    theirs.sendall(b"too early")
    assert channel.send(b"x" * (1 << 24), soon()) is False
    assert channel.unasked == b"too early"


def test_the_end_of_what_is_written_beside_is_kept_and_a_flood_is_cut():
    read, write = os.pipe()
    incoming, outgoing = os.pipe()
    try:
        channel = Channel(incoming, outgoing, read)
        os.write(write, b"first\n" + b"x" * 20_000 + b"\nlast\n")
        assert channel.last_words.endswith(b"\nlast\n")
        assert len(channel.last_words) == 16_384
        for _ in range(MOST_ASIDE // 60_000):
            os.write(write, b"x" * 60_000)
            assert channel.last_words
        os.write(write, b"x" * 60_000)
        with pytest.raises(FloodError):
            _ = channel.last_words
    finally:
        for descriptor in (read, write, incoming, outgoing):
            os.close(descriptor)
