"""A scope: what it matches, how it is written, and that one which nothing could match is refused."""

import pytest

from conformance.case import Case
from conformance.sweep.scope import EVERYTHING, ScopeError, parse_where


def case(**settings):
    base = {"id": "values/x", "asks": "values", "input_size": 8, "hidden_size": 9, "seq_len": 7, "batch_size": 5}
    return Case(**base | settings)


@pytest.mark.parametrize(
    ("where", "settings", "matches"),
    [
        ("num_layers=1", {"num_layers": 1}, True),
        ("num_layers=1", {"num_layers": 2}, False),
        ("num_layers=1|2", {"num_layers": 2}, True),
        ("num_layers = 1 | 2 , bias = true", {"num_layers": 2}, True),
        ("num_layers=1,bidirectional=false", {"bidirectional": True}, False),
        ("num_layers=1,bidirectional=false", {"bidirectional": False}, True),
        ("asks=values", {}, True),
        ("asks=gradients|validation", {}, False),
        ("batch_size=unbatched", {"batch_size": None}, True),
        ("batch_size=unbatched", {"batch_size": 5}, False),
        ("batch_size=unbatched|5", {"batch_size": 5}, True),
        ("dropout=0", {}, True),
        ("dropout=0.0", {}, True),
        ("input_scale=1e-6", {"input_scale": 1e-6}, True),
        ("extra=null", {}, True),
        ("digits=null", {}, True),
        ("digits=null", {"digits": 1}, False),
        ("digits=0|1", {"digits": 1}, True),
        ("upstream_row=0", {}, False),
        ("input_special=-inf", {"input_special": "-inf"}, True),
        ("input_special=none,layout=contiguous", {}, True),
        ("extra=null", {"extra": "foo"}, False),
        ("num_layers=1", {"passed": (("num_layers", True),)}, False),
        ("num_layers=1", {"passed": (("num_layers", 1.0),)}, False),
        ("bias=false", {"passed": (("bias", 0),)}, False),
        ({"num_layers": 1, "nonlinearity": ["tanh", "relu"]}, {"nonlinearity": "relu"}, True),
        ({"nonlinearity": {"relu"}}, {}, False),
        ({"batch_size": None}, {"batch_size": None}, True),
        ("", {"num_layers": 3}, True),
        ({}, {"num_layers": 3}, True),
        (None, {"num_layers": 3}, True),
    ],
)
def test_a_scope_matches(where, settings, matches):
    assert parse_where(where).matches(case(**settings)) is matches


@pytest.mark.parametrize(
    ("where", "written"),
    [
        ("", ""),
        ("bidirectional=FALSE, num_layers=2|1|2", "num_layers=1|2,bidirectional=false"),
        ({"nonlinearity": ["tanh", "relu"], "asks": "values"}, "asks=values,nonlinearity=relu|tanh"),
        ({"batch_size": [None, 5]}, "batch_size=5|unbatched"),
        ({"dropout": 0, "extra": None}, "dropout=0.0,extra=null"),
        ("input_shape='0x8'", "input_shape='0x8'"),
    ],
)
def test_a_scope_is_written_in_one_way_that_can_be_read_again(where, written):
    scope = parse_where(where)
    assert str(scope) == written
    assert parse_where(str(scope)) == scope


def test_everything_is_a_scope():
    assert parse_where("") == EVERYTHING
    assert EVERYTHING.matches(case(num_layers=3))


@pytest.mark.parametrize(
    ("where", "sentence"),
    [
        ("num_layer=1", "the scope names num_layer, which is no setting (did you mean num_layers?)"),
        ("h0=given", "the scope names h0, which is no setting (did you mean h_0?)"),
        ("frobnicate=1", "the scope names frobnicate, which is no setting"),
        ({3: 1}, "the scope names 3, which is no setting"),
        (
            "nonlinearity=thanh",
            "nonlinearity in the scope is 'thanh' (text), but should be 'tanh' or 'relu' (did you mean tanh?)",
        ),
        ("input_special=.nan", "input_special in the scope is .nan, but should be 'none', 'nan', 'inf' or '-inf'"),
        ("bias=no", "bias in the scope is 'no' (text), but should be true or false (did you mean false?)"),
        ("num_layers=true", "num_layers in the scope is true, but should be a whole number"),
        ({"num_layers": True}, "num_layers in the scope is true, but should be a whole number"),
        ({"bias": 1}, "bias in the scope is 1, but should be true or false"),
        ("num_layers=0", "num_layers in the scope is 0, but should be 1 or more"),
        ("num_layers=1|", "num_layers in the scope is null, but should be a whole number"),
        ("input_size=null", "input_size in the scope is null, but should be a whole number"),
        (
            "asks=value",
            "asks in the scope is 'value' (text), but should be 'values', 'gradients', 'validation' or 'training'",
        ),
        ("num_layers", "num_layers in the scope should be name=value, as num_layers=1"),
        ("num_layers=1,", "an empty part in the scope should be name=value, as num_layers=1"),
        ("num_layers=1,num_layers=2", "num_layers stands twice in the scope; write alternatives as num_layers=1|2"),
        ({"num_layers": []}, "num_layers has no value in the scope, but should have at least one"),
        ({"dtype": {"a": 1}}, "dtype in the scope is a mapping, but should be 'float64' or 'float32'"),
    ],
)
def test_a_scope_that_nothing_could_match_is_a_sentence(where, sentence):
    with pytest.raises(ScopeError) as caught:
        parse_where(where)
    assert str(caught.value).startswith(sentence)
