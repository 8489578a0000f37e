"""From a case file to Cases: what expands to what, and that every mistake is found, with its place and a way out."""

import dataclasses
import itertools

import covertable
import pytest

from conformance.case import SETTINGS, Case
from conformance.sweep import combination, setting, sweep
from conformance.sweep.yaml_source import CaseFileError

DEFAULTS = "about: A test.\ndefaults: {input_size: 8, hidden_size: 9, seq_len: 7, batch_size: 5}\n"


@pytest.fixture
def expand(tmp_path):
    """Expands a text as the file cases/<folder>/f.yaml."""

    def expand(text, folder="values"):
        path = tmp_path / "cases" / folder / "f.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return sweep.expand(path, tmp_path / "cases")

    return expand


@pytest.fixture
def mistakes(expand):
    """Every message of a wrong file, without the file's name."""

    def mistakes(text, folder="values"):
        with pytest.raises(CaseFileError) as caught:
            expand(text, folder)
        return [message.removeprefix(f"cases/{folder}/f.yaml:") for message in caught.value.messages]

    return mistakes


def ids(cases):
    return [case.id for case in cases]


# ---- what a file expands to


def test_the_example_of_the_design_expands_as_it_says(expand):
    cases = expand(
        """about: Every combination of the arguments that change a shape or a value.
defaults: {input_size: 8, hidden_size: 9, seq_len: 7, batch_size: 5}
matrix:
  batch_first: [false, true]
  bidirectional: [false, true]
  num_layers: [1, 2, 3]
  nonlinearity: [tanh, relu]
  h_0: [absent, given]
  batch_size: [unbatched, 1, 5]
include: [{num_layers: 4, nonlinearity: relu}]   # adds cases, never alters one
strategy: full                                   # or pairwise
cases: 145                                       # what this file expands to; another number is an error
"""
    )
    assert len(set(ids(cases))) == 145
    assert cases[0].id == "values/f[batch_size=unbatched]"
    assert cases[-1].id == "values/f[num_layers=4,nonlinearity=relu]"
    assert (cases[0].file, cases[0].line) == ("cases/values/f.yaml", 3)
    assert cases[-1].line == 10


def test_a_case_has_its_settings_the_files_defaults_and_torchs(expand):
    (case,) = expand(DEFAULTS + "include: [{num_layers: 2, batch_size: unbatched, input_scale: 3}]\ncases: 1\n")
    assert case == Case(
        id="values/f[num_layers=2,batch_size=unbatched,input_scale=3.0]",
        asks="values",
        input_size=8,
        hidden_size=9,
        num_layers=2,
        seq_len=7,
        batch_size=None,
        input_scale=3.0,
    )


def test_the_last_axis_of_a_matrix_changes_fastest_as_declared(expand):
    cases = expand(DEFAULTS + "matrix:\n  nonlinearity: [relu, tanh]\n  bias: [false, true]\ncases: 4\n")
    assert [(c.nonlinearity, c.bias) for c in cases] == [
        ("relu", False),
        ("relu", True),
        ("tanh", False),
        ("tanh", True),
    ]


def test_an_id_names_what_differs_from_the_files_defaults_in_one_order(expand):
    text = """about: A test.
defaults: {input_size: 8, hidden_size: 9, seq_len: 7, batch_size: 5, batch_first: true, dropout: 0.5}
include:
  - {}
  - {h_0: given, bidirectional: true, input_size: 3}
  - {batch_first: false, dropout: 0, input_scale: 1.0e-6}
cases: 3
"""
    assert ids(expand(text)) == [
        "values/f",
        "values/f[input_size=3,bidirectional,h_0=given]",
        "values/f[batch_first=false,dropout=0.0,input_scale=1e-06]",
    ]


def test_the_folder_says_what_is_asked_also_in_a_folder_within(tmp_path):
    path = tmp_path / "cases" / "gradients" / "long" / "f.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(DEFAULTS + "include: [{}]\ncases: 1\n")
    (case,) = sweep.expand(path, tmp_path / "cases")
    assert (case.asks, case.id, case.file) == ("gradients", "gradients/long/f", "cases/gradients/long/f.yaml")


def test_exclude_removes_what_matches_in_part_defaults_included(expand):
    text = DEFAULTS + "matrix: {num_layers: [1, 2], bias: [true, false], h_0: [absent, given]}\n"
    cases = expand(
        text + "exclude: [{num_layers: 2, bias: false}, {h_0: given, num_layers: 1, seq_len: 7}]\ncases: 4\n"
    )
    assert [(c.num_layers, c.bias, c.h_0) for c in cases] == [
        (1, True, "absent"),
        (1, False, "absent"),
        (2, True, "absent"),
        (2, True, "given"),
    ]


def test_every_setting_has_a_type_and_nothing_else_has():
    assert tuple(setting.types()) == SETTINGS
    assert set(setting.ARGUMENTS) | set(setting.VALIDATION_ONLY) < set(SETTINGS)


# ---- pairwise

AXES = {
    "num_layers": [1, 2, 3],
    "nonlinearity": ["tanh", "relu"],
    "bias": [True, False],
    "bidirectional": [False, True],
    "h_0": ["absent", "given"],
    "seq_len": [3, 4, 6, 10],
}
PAIRWISE = (
    DEFAULTS
    + "matrix:\n  num_layers: [1, 2, 3]\n  nonlinearity: [tanh, relu]\n  bias: [true, false]\n"
    + "  bidirectional: [false, true]\n  h_0: [absent, given]\n  seq_len: [3, 4, 6, 10]\nstrategy: pairwise\n"
)


def pairs(cases):
    return {(a, getattr(case, a), b, getattr(case, b)) for case in cases for a, b in itertools.combinations(AXES, 2)}


def all_pairs():
    return {(a, i, b, j) for a, b in itertools.combinations(AXES, 2) for i, j in itertools.product(AXES[a], AXES[b])}


def test_pairwise_has_every_pair_in_few_cases(expand):
    cases = expand(PAIRWISE + "cases: 12\n")
    assert pairs(cases) == all_pairs()


def test_pairwise_keeps_excludes_and_every_other_pair(expand):
    text = PAIRWISE + "exclude: [{num_layers: 3, bias: false}, {seq_len: 3, h_0: given, nonlinearity: relu}]\n"
    cases = expand(text + "cases: 12\n")
    assert all_pairs() - pairs(cases) == {("num_layers", 3, "bias", False)}
    assert not [c for c in cases if c.seq_len == 3 and c.h_0 == "given" and c.nonlinearity == "relu"]


def test_a_pair_that_excludes_leave_no_row_for_is_not_asked_for():
    forbidden = [{0: 0, 1: 0}, {0: 0, 1: 1}]  # the first axis can't be 0 at all
    assert combination.uncovered([2, 2, 2], forbidden, combination.pairwise([2, 2, 2], forbidden)) == []


def test_what_the_generator_leaves_out_is_noticed(expand, monkeypatch, mistakes):
    made = covertable.make
    monkeypatch.setattr(covertable, "make", lambda *args, **kwargs: made(*args, **kwargs)[1:])
    (message,) = mistakes(PAIRWISE + "cases: 12\n")
    assert message.startswith("10:11: pairs of values that may meet, but never do: ")


def test_pairwise_over_one_axis_is_that_axis(expand):
    assert len(expand(DEFAULTS + "matrix: {num_layers: [1, 2]}\nstrategy: pairwise\ncases: 2\n")) == 2


# ---- validation


def test_in_a_validation_file_a_wrong_argument_is_passed_as_written(expand):
    text = DEFAULTS + "matrix: {input_size: [0, 8.0, null, '8', true, .inf]}\ncases: 6\n"
    cases = expand(text, "validation")
    assert [case.passed[0][1] for case in cases][:5] == [0, 8.0, None, "8", True]
    assert {case.input_size for case in cases} == {8}, "the arrays should be drawn for the file's defaults"
    assert ids(cases) == [f"validation/f[input_size={value}]" for value in ("0", "8.0", "null", "'8'", "true", ".inf")]


def test_in_a_validation_file_a_right_argument_configures_the_case(expand):
    cases = expand(DEFAULTS + "matrix: {num_layers: [2], dropout: [1], bias: [0, 'no']}\ncases: 2\n", "validation")
    assert [case.passed for case in cases] == [(("bias", 0),), (("bias", "no"),)]
    assert [(case.num_layers, case.dropout, case.bias) for case in cases] == [(2, 1.0, True)] * 2
    assert type(cases[0].dropout) is float
    assert cases[0].id == "validation/f[num_layers=2,bias=0,dropout=1.0]"
    assert cases[0].settings()["bias"] == 0
    assert cases[0].constructor() == ([8, 9], {"num_layers": 2, "bias": 0, "dropout": 1.0})


def test_several_wrong_arguments_stand_in_torchs_order(expand):
    (case,) = expand(DEFAULTS + "include: [{dropout: 2, num_layers: 0, input_size: 0}]\ncases: 1\n", "validation")
    assert case.passed == (("input_size", 0), ("num_layers", 0), ("dropout", 2))


def test_a_wrong_call_stands_in_its_own_settings(expand):
    text = (
        DEFAULTS
        + "include:\n  - {input_shape: 7x5x9}\n  - {input_shape: scalar, h_0: given}\n  - {input_shape: '0x8'}\n"
    )
    cases = expand(
        text + "  - {omit: hidden_size}\n  - {extra: activation}\n  - {h_0: given, h_0_type: tuple}\ncases: 6\n",
        "validation",
    )
    assert [case.input_shape for case in cases] == ["7x5x9", "scalar", "0x8", None, None, None]
    assert cases[3].constructor() == ([8], {})
    assert dataclasses.replace(cases[3], omit="input_size").constructor() == ([], {"hidden_size": 9})
    assert dataclasses.replace(cases[3], omit="both").constructor() == ([], {})
    assert cases[4].constructor() == ([8, 9], {"activation": 0})
    assert ids(cases)[2] == "validation/f[input_shape='0x8']"


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ("{}", "nothing in this case is wrong, but a validation case asks for an exception"),
        ("{num_layers: 2}", "nothing in this case is wrong, but a validation case asks for an exception"),
        ("{h_0_shape: 1x5x8}", "h_0_shape is set, but the call has no h_0 (h_0: given)"),
        ("{h_0_type: tuple}", "h_0_type is set, but the call has no h_0 (h_0: given)"),
        ("{input_type: none, input_shape: 7x5x8}", "input_shape is set, but the call has no array (input_type: none)"),
        ("{input_dtype: float64}", "input_dtype is float64, which is the case's own dtype and not wrong"),
        (
            "{bias: 1, input_special: nan}",
            "input_special is set, but a special value is nothing that torch refuses: it belongs to values and gradients",
        ),
    ],
)
def test_a_validation_case_gets_something_wrong_and_passes_it(mistakes, entry, sentence):
    assert mistakes(DEFAULTS + f"include: [{entry}]\ncases: 1\n", "validation") == [f"3:11: {sentence}"]


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ("{h_0_special: nan}", "h_0_special is set, but the call has no h_0 (h_0: given)"),
        ("{special_step: last}", "special_step is set, but nothing special stands there (input_special: nan)"),
        ("{upstream_row: 1}", "upstream_row is 1, but should be less than 1 (num_layers times directions)"),
        ("{upstream_row: 4, num_layers: 2, bidirectional: true}", "upstream_row is 4, but should be less than 4 (num_"),
        ("{upstream_row: 0, upstream: output}", "upstream_row is set, but h_n has no upstream gradient (upstream: out"),
        ("{upstream_row: -1}", "upstream_row in include is -1, but should be 0 or more"),
        ("{upstream_row: null}", "upstream_row in include is null, but should be a whole number"),
        ("{digits: 16}", "digits in include is 16, but should be 15 or less"),
        ("{digits: 1.0}", "digits in include is 1.0, but should be a whole number"),
        ("{digits: true}", "digits in include is true, but should be a whole number"),
        ("{input_special: .nan}", "input_special in include is .nan, but should be 'none', 'nan', 'inf' or '-inf'"),
        ("{layout: fortran}", "layout in include is 'fortran' (text), but should be 'contiguous', 'transposed' or"),
    ],
)
def test_numbers_that_no_case_can_have(mistakes, entry, sentence):
    (message,) = mistakes(DEFAULTS + f"include: [{entry}]\ncases: 1\n", "gradients")
    assert sentence in message


def test_special_settings_stand_in_ids_as_they_are_written(expand):
    cases = expand(DEFAULTS + "include:\n  - {input_special: -inf}\n  - {digits: 1, layout: strided}\ncases: 2\n")
    assert ids(cases) == ["values/f[input_special=-inf]", "values/f[layout=strided,digits=1]"]


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ("{input_shape: 8}", "input_shape in include is 8, but should be a shape such as 7x5x9, '5' or scalar"),
        ("{input_shape: 0x8}", "input_shape in include is 8, but should be a shape such as 7x5x9"),
        ("{input_shape: 7x}", "input_shape in include is '7x' (text), but should be a shape such as 7x5x9"),
        ("{input_dtype: complex64}", "input_dtype in include is 'complex64' (text), but should be 'float64'"),
        ("{extra: bias}", "extra in include is 'bias' (text), but should be the name of an argument that torch"),
        ("{extra: a-b}", "extra in include is 'a-b' (text), but should be the name of an argument that torch"),
        ("{bias: [1]}", "bias in include is a list, but should be a single value"),
        ("{seq_len: 0}", "seq_len in include is 0, but should be 1 or more"),
    ],
)
def test_what_a_validation_file_cannot_say(mistakes, entry, sentence):
    (message,) = mistakes(DEFAULTS + f"include: [{entry}]\ncases: 1\n", "validation")
    assert sentence in message


def test_defaults_are_right_in_a_validation_file_too(mistakes):
    text = (
        "about: A test.\ndefaults: {input_size: 0, hidden_size: 9, seq_len: 7, batch_size: 5}\ninclude: [{bias: 1}]\n"
    )
    assert mistakes(text + "cases: 1\n", "validation") == ["2:24: input_size in defaults is 0, but should be 1 or more"]


# ---- mistakes


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("matrix: {num_layers: [1, 0]}", "3:26: num_layers in matrix is 0, but should be 1 or more"),
        ("matrix: {num_layers: [true]}", "3:23: num_layers in matrix is true, but should be a whole number"),
        ("matrix: {num_layers: [2.0]}", "3:23: num_layers in matrix is 2.0, but should be a whole number"),
        ("matrix: {num_layers: 2}", "3:22: num_layers in matrix is 2, but should be a list such as [2]"),
        ("matrix: {num_layers: []}", "3:22: num_layers in matrix is a list, but should be at least one value"),
        ("matrix: [1]", "3:9: matrix is a list, but should be a mapping"),
        ("matrix: {}", "1:1: this file holds no case: it has neither a matrix nor an include"),
        (
            "matrix: {nonlinearity: [thanh]}",
            "3:25: nonlinearity in matrix is 'thanh' (text), but should be 'tanh' or 'relu' (did you mean tanh?)",
        ),
        (
            "matrix: {bias: [no]}",
            "3:17: bias in matrix is 'no' (text), but should be true or false (did you mean false?)",
        ),
        ("matrix: {bias: [1]}", "3:17: bias in matrix is 1, but should be true or false"),
        ("matrix: {bidirectionl: [true]}", "3:10: bidirectionl in matrix is unknown (did you mean bidirectional?)"),
        ("matrix: {h0: [given]}", "3:10: h0 in matrix is unknown (did you mean h_0?)"),
        ("matrix: {input_shape: [7x5x9]}", "3:10: input_shape in matrix has no place in such a file"),
        ("matrix: {dropout: [1.5]}", "3:20: dropout in matrix is 1.5, but should be 1.0 or less"),
        ("matrix: {input_scale: [.nan]}", "3:24: input_scale in matrix is .nan, but should be a finite number"),
        ("matrix: {input_scale: [.inf]}", "3:24: input_scale in matrix is .inf, but should be a finite number"),
        ("matrix: {input_scale: ['1']}", "3:24: input_scale in matrix is '1' (text), but should be a number"),
        (
            "matrix: {batch_size: [unbatchd]}",
            "3:23: batch_size in matrix is 'unbatchd' (text), but should be a whole number from 0 up, or unbatched",
        ),
        ("matrix: {batch_size: [-1]}", "3:23: batch_size in matrix is -1, but should be a whole number from 0 up"),
        ("matrix: {batch_size: [null]}", "3:23: batch_size in matrix is null, but should be a whole number from 0 up"),
        ("include: [1]", "3:11: include is 1, but should be a mapping"),
        ("include: {bias: true}", "3:10: include is a mapping, but should be a list"),
        ("inlcude: [{}]", "3:1: inlcude is unknown (did you mean include?)"),
        ("strategy: pairs", "3:11: strategy is 'pairs' (text), but should be 'full' or 'pairwise'"),
        ("waive: {saturatoin: x}", "3:9: saturatoin in waive is unknown (did you mean saturation?)"),
        ("waive: {saturation: ''}", "3:21: saturation in waive is '' (text), but should be a sentence"),
        ("waive: {saturation: null}", "3:21: saturation in waive is null, but should be text"),
        (
            "matrix: {dropout: [0.5], num_layers: [1, 2]}",
            "3:1: dropout is 0.5 with num_layers 2, but should be 0 with more than one layer (its random masks",
        ),
        ("matrix: {bias: [true, true]}", "3:1: the case values/f stands here twice, or here and before"),
        ("include: [{bias: false}, {bias: false}]", "3:26: the case values/f[bias=false] stands here twice"),
        (
            "matrix: {num_layers: [1, 2]}\nexclude: [{num_layers: 3}]",
            "4:24: this exclude removes nothing, since num_layers is never 3",
        ),
        (
            "matrix: {num_layers: [1, 2]}\nexclude: [{num_layers: 1, bias: false}]",
            "4:33: this exclude removes nothing, since bias is never false",
        ),
        ("matrix: {num_layers: [1, 2]}\nexclude: [{bias: true}]", "4:11: this exclude names no axis of the matrix"),
        ("matrix: {num_layers: [1, 2]}\nexclude: [{}]", "4:11: this exclude names no axis of the matrix"),
        ("include: [{num_layers: 2}]\ncase: 1", "4:1: case is unknown (did you mean cases?)"),
    ],
)
def test_a_mistake_is_a_sentence_with_its_place(mistakes, line, sentence):
    found = mistakes(DEFAULTS + line + "\ncases: 1\n")
    assert any(message.startswith(sentence) for message in found), f"{found} should hold {sentence!r}"


def test_a_wrong_number_of_cases_names_both(mistakes):
    text = DEFAULTS + "matrix: {num_layers: [1, 2], bias: [true, false]}\ncases: 5\n"
    assert mistakes(text) == ["4:8: cases is 5, but should be 4 (what this file expands to)"]


def test_what_is_missing_is_named(mistakes):
    assert mistakes("defaults: {input_size: 8}\nmatrix: {bias: [true]}\n") == [
        "1:1: about is missing",
        "1:1: cases is missing",
        "1:11: batch_size in defaults is missing",
        "1:11: hidden_size in defaults is missing",
        "1:11: seq_len in defaults is missing",
    ]


def test_every_mistake_is_reported_at_once_in_the_order_of_the_file(mistakes):
    text = """about: ''
defaults: {input_size: 8, hidden_size: 9, seq_len: 0, batch_size: 5}
matrix:
  bidirectionl: [true]
  num_layers: [1, two]
include: [{bias: 1}, {h_0: gven}]
cases: many
"""
    assert [message.split(": ")[0] for message in mistakes(text)] == [
        "1:8",
        "2:52",
        "4:3",
        "5:19",
        "6:18",
        "6:28",
        "7:8",
    ]


def test_a_matrix_that_would_never_end_is_refused_before_it_is_expanded(mistakes):
    numbers = list(range(1, 1001))
    axes = ", ".join(f"{name}: {numbers}" for name in ("seq_len", "hidden_size", "input_size", "batch_size"))
    for strategy, count in (("full", "1,000,000,000,000"), ("pairwise", "1,000,000")):
        text = DEFAULTS + f"matrix: {{{axes}}}\nstrategy: {strategy}\ncases: 1\n"
        assert mistakes(text) == [f"3:9: this makes {count} cases, but a file should make at most 100,000"]
