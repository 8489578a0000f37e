"""YAML 1.2 with positions: what is read, and that every mistake is a sentence with its place."""

import math

import pytest

from conformance.sweep import scalar, yaml_source
from conformance.sweep.yaml_source import CaseFileError


def mistakes(text):
    with pytest.raises(CaseFileError) as caught:
        yaml_source.parse(text, "f.yaml")
    return caught.value.messages


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("off", "off"),
        ("y", "y"),
        ("true", True),
        ("True", True),
        ("FALSE", False),
        ("tRue", "tRue"),
        ("~", None),
        ("null", None),
        ("", None),
        ("1", 1),
        ("-1", -1),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("0b1", "0b1"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("2026-01-01", "2026-01-01"),
        ("1e-5", 1e-5),
        ("1.0e-5", 1e-5),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e400", math.inf),
        ("-.inf", -math.inf),
        (".inf", math.inf),
        ("7x5x9", "7x5x9"),
    ],
)
def test_an_unquoted_scalar_means_what_yaml_1_2_says(text, value):
    found = yaml_source.parse(f"a: {text}\n", "f.yaml").data["a"]
    assert (found, type(found)) == (value, type(value)), f"{text!r} was read as {found!r}, but means {value!r}"


def test_nan_is_read():
    assert math.isnan(scalar.parse(".nan"))


@pytest.mark.parametrize("quoted", ["'5'", '"5"', "|-\n  5", ">-\n  5"])
def test_a_quoted_scalar_is_text(quoted):
    assert yaml_source.parse(f"a: {quoted}\n", "f.yaml").data == {"a": "5"}


@pytest.mark.parametrize("key", ["on", "no", "<<", "yes", "2026-01-01"])
def test_such_a_key_is_text_and_merges_nothing(key):
    assert yaml_source.parse(f"{key}: {{a: 1}}\n", "f.yaml").data == {key: {"a": 1}}


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, False, 0, -7, 8.0, 1e-6, 1e12, 0.1, 1 / 3, math.inf, -math.inf),
        *("tanh", "8", "null", "", "a,b", "a|b", "it's", " x", "1e5", "true", "0x8", "7x5x9", "[x]"),
    ],
)
def test_what_is_written_is_read_back_as_the_same(value):
    back = yaml_source.parse(f"a: {scalar.write(value)}\n", "f.yaml").data["a"]
    assert scalar.identity(back) == scalar.identity(value), f"{value!r} came back as {back!r}"


def test_true_is_not_one_and_one_is_not_one_point_zero():
    assert len({scalar.identity(value) for value in (True, 1, 1.0, "1", "true")}) == 5
    assert scalar.identity(math.nan) == scalar.identity(math.nan)


def test_keys_and_values_have_positions():
    source = yaml_source.parse("a: 1\nmatrix:\n  bias: [true,\n    false]\n", "f.yaml")
    assert source.position(("matrix",), of_key=True) == (2, 1)
    assert source.position(("matrix", "bias"), of_key=True) == (3, 3)
    assert source.position(("matrix", "bias")) == (3, 9)
    assert source.position(("matrix", "bias", 1)) == (4, 5)
    assert source.position(("matrix", "missing")) == (3, 3), "what is missing should stand at its parent"
    assert source.message(("a",), "is wrong") == "f.yaml:1:4: is wrong"


def test_aliases_repeat_and_stand_where_they_are_used():
    source = yaml_source.parse("a: &x [1, 2]\nb: *x\n", "f.yaml")
    assert source.data == {"a": [1, 2], "b": [1, 2]}
    assert source.position(("b", 1)) == (2, 4)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "f.yaml:1:1: this file is empty, but should be a mapping (name: value)"),
        ("# only a comment\n", "f.yaml:1:1: this file is empty, but should be a mapping (name: value)"),
        ("- 1\n", "f.yaml:1:1: this file is a list, but should be a mapping (name: value)"),
        ("text\n", "f.yaml:1:1: this file is 'text' (text), but should be a mapping (name: value)"),
        ("a:\n\t- b\n", "f.yaml:2:1: a tab stands here, but YAML is indented with spaces"),
        ("a: 1\n---\nb: 2\n", "f.yaml:2:1: a second document starts here, but a file should hold one"),
        ("a: &x [*x]\n", "f.yaml:1:8: the alias *x stands inside what it repeats"),
        ("a: &x {b: *x}\n", "f.yaml:1:11: the alias *x stands inside what it repeats"),
        ("a: *y\n", "f.yaml:1:4: the alias *y has no anchor &y before it"),
        ("a: !!python/name:os.system x\n", "the tag tag:yaml.org,2002:python/name:os.system stands here"),
        ("a: !!str 5\n", "f.yaml:1:4: the tag tag:yaml.org,2002:str stands here, but a file should have no tags"),
        ("5: 1\n", "f.yaml:1:1: a key is 5, but should be text"),
        ("? [a]\n: 1\n", "f.yaml:1:3: a key is a list, but should be text"),
        ("a: 1\nb: 2\na: 3\n", "f.yaml:3:1: the key a stands here again (first at line 1, column 1)"),
        ("a: {b: 1, b: 2}\n", "f.yaml:1:11: the key b stands here again (first at line 1, column 5)"),
        ("ä: 'ö'\nb: \x00\n", "f.yaml:2:4: '\\x00' may not stand in a YAML file"),
        ("a: [1, 2\n", "f.yaml:2:1: this is not YAML: "),
        ("a: 'x\n", "this is not YAML: found unexpected end of stream"),
        ("a: 1\n  b: 2\n", "f.yaml:2:4: this is not YAML: mapping values are not allowed"),
        ("a: " + "[" * 100_000, "f.yaml:1:23: values are nested more than 20 deep here"),
        ("a: " + "{b: " * 100_000, "values are nested more than 20 deep here"),
    ],
)
def test_a_mistake_is_a_sentence_with_its_place(text, sentence):
    (message,) = mistakes(text)
    assert sentence in message, f"the message is {message!r}, but should say {sentence!r}"


def test_aliases_cannot_grow_without_bound():
    lines = ["a0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 20)]
    (message,) = mistakes("\n".join(lines))
    assert "with its aliases written out, this file has more than 100,000 values" in message


def test_every_mistake_is_found_at_once_in_the_order_of_the_file():
    found = mistakes("5: 1\na: 1\na: *b\nc: !x 1\nd: [\n")
    assert [message.split(":")[1] for message in found] == ["1", "3", "3", "4", "6"]


def test_a_file_that_is_no_text_or_not_there_is_a_sentence(tmp_path):
    for name, content, sentence in [
        ("binary.yaml", b"a: \xff\xfe", "byte 4 is not UTF-8 text"),
        ("nothing.yaml", None, "this file cannot be read: No such file or directory"),
    ]:
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(CaseFileError, match=sentence) as caught:
            yaml_source.read(tmp_path / name, name)
        assert caught.value.messages[0].startswith(f"{name}: ")


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(tmp_path):
    (tmp_path / "f.yaml").write_bytes(b"\xef\xbb\xbfa: 1\r\nb: [x]\r\n")
    source = yaml_source.read(tmp_path / "f.yaml", "f.yaml")
    assert source.data == {"a": 1, "b": ["x"]}
    assert source.position(("b",), of_key=True) == (2, 1)
