import dataclasses

import numpy as np
import pytest
from small import case

from conformance.arguments import (
    draw,
    draw_second,
    draw_third,
    input_shape,
    output_shape,
    parameter_shapes,
    state_shape,
)
from conformance.number_source import rounded


def test_numbers_are_the_same_on_every_platform():
    drawn = draw(case(), seed=0)
    assert drawn.input.ravel()[:3].tolist() == [0.6440514142534904, 0.553114492009427, -1.4970663165786926]
    assert drawn.parameters["weight_hh_l0"][0, :2].tolist() == [0.1477373189019759, -0.004743452160713979]


def test_a_draw_depends_on_seed_and_case_and_redraw_alone():
    first = draw(case(), seed=1).input
    assert np.array_equal(first, draw(case(), seed=1).input)
    for other in (draw(case(), seed=2), draw(case(bias=False), seed=1), draw(case(), seed=1, redraw=1)):
        assert not np.array_equal(first, other.input)


def test_torchs_generator_is_left_alone_and_not_used():
    import torch

    torch.manual_seed(3)
    before = torch.get_rng_state()
    first = draw(case(), seed=0).input
    assert torch.equal(before, torch.get_rng_state())
    torch.manual_seed(4)
    assert np.array_equal(first, draw(case(), seed=0).input)


def test_both_dtypes_hold_the_same_numbers():
    wide, narrow = draw(case(), seed=0), draw(case().in_dtype("float32"), seed=0)
    assert narrow.input.dtype == np.float32
    assert np.array_equal(wide.input.astype(np.float32), narrow.input)


def test_biases_differ_and_nothing_is_zero():
    drawn = draw(case(num_layers=2, bidirectional=True, h_0="given"), seed=0)
    for name, array in drawn.parameters.items():
        assert np.all(array != 0), f"{name} holds a zero"
    for suffix in ("l0", "l0_reverse", "l1", "l1_reverse"):
        assert not np.any(drawn.parameters[f"bias_ih_{suffix}"] == drawn.parameters[f"bias_hh_{suffix}"])
        hidden = drawn.parameters[f"weight_hh_{suffix}"]
        assert not np.allclose(hidden, hidden.T)


@pytest.mark.parametrize(
    ("settings", "input_wanted", "output_wanted", "state_wanted"),
    [
        ({}, (5, 2, 3), (5, 2, 4), (1, 2, 4)),
        ({"batch_first": True}, (2, 5, 3), (2, 5, 4), (1, 2, 4)),
        ({"batch_size": None, "batch_first": True}, (5, 3), (5, 4), (1, 4)),
        ({"num_layers": 3, "bidirectional": True}, (5, 2, 3), (5, 2, 8), (6, 2, 4)),
        ({"batch_size": 0}, (5, 0, 3), (5, 0, 4), (1, 0, 4)),
    ],
)
def test_shapes_are_torchs(settings, input_wanted, output_wanted, state_wanted):
    made = case(h_0="given", **settings)
    drawn = draw(made, seed=0)
    assert drawn.input.shape == input_shape(made) == input_wanted
    assert drawn.grad_output.shape == output_shape(made) == output_wanted
    assert drawn.h_0.shape == drawn.grad_h_n.shape == state_shape(made) == state_wanted


def test_parameter_names_and_order_are_torchs():
    import torch

    module = torch.nn.RNN(3, 4, 2, bidirectional=True)
    wanted = {name: tuple(p.shape) for name, p in module.named_parameters()}
    shapes = parameter_shapes(case(num_layers=2, bidirectional=True))
    assert list(shapes.items()) == list(wanted.items())


def test_upstream_gradients_are_zero_where_a_case_asks_for_none():
    for upstream, output_is_zero, h_n_is_zero in (
        ("both", False, False),
        ("output", False, True),
        ("h_n", True, False),
        ("zero", True, True),
    ):
        drawn = draw(case(upstream=upstream), seed=0)
        assert (not drawn.grad_output.any()) == output_is_zero, upstream
        assert (not drawn.grad_h_n.any()) == h_n_is_zero, upstream
    last = draw(case(upstream="last_step", batch_first=True), seed=0).grad_output
    assert last[:, -1].all()
    assert not last[:, :-1].any()


def test_one_to_many_input_stops_after_the_first_step():
    drawn = draw(case(input_steps="first"), seed=0)
    assert drawn.input[0].all()
    assert not drawn.input[1:].any()


def test_the_second_call_has_another_batch_size_and_the_same_parameters():
    first = draw(case(), seed=0)
    second_case, second = draw_second(case(), first, seed=0)
    assert second.input.shape == (5, 3, 3)
    assert second_case.batch_size == 3
    assert second.parameters is first.parameters
    unbatched = case(batch_size=None)
    assert draw_second(unbatched, draw(unbatched, 0), seed=0)[1].input.shape == (6, 3)


def test_copies_share_nothing():
    drawn = draw(case(h_0="given"), seed=0)
    copy = drawn.copy()
    copy.input[...] = 0
    copy.parameters["weight_ih_l0"][...] = 0
    assert drawn.input.any()
    assert drawn.parameters["weight_ih_l0"].any()
    assert copy.h_0.flags.writeable
    assert copy.h_0.flags.c_contiguous


def test_wrong_shapes_and_dtypes_of_validation_cases():
    drawn = draw(case(asks="validation", input_shape="7x5x9x1", h_0="given", h_0_shape="scalar"), seed=0)
    assert drawn.input.shape == (7, 5, 9, 1)
    assert drawn.h_0.shape == ()
    assert type(drawn.h_0) is np.ndarray
    assert draw(case(asks="validation", input_dtype="int64"), seed=0).input.dtype == np.int64
    assert draw(case(asks="validation", input_type="none"), seed=0).input is None


def test_a_wrong_dtype_stays_wrong_in_the_other_dtype():
    wrong = case(asks="validation", input_dtype="float32")
    assert wrong.in_dtype("float32").input_dtype == "float64"
    assert wrong.in_dtype("float64").input_dtype == "float32"


# ---- rounded numbers


def every_array(drawn):
    named = {"input": drawn.input, "h_0": drawn.h_0, "grad_output": drawn.grad_output, "grad_h_n": drawn.grad_h_n}
    return named | drawn.parameters


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("digits", [0, 1, 3, 15])
def test_every_array_has_so_many_decimals(digits, dtype):
    made = case(h_0="given", digits=digits, dtype=dtype)
    for drawn in (draw(made, 0), draw_second(made, draw(made, 0), 0)[1], draw_third(made, draw(made, 0), 0)[1]):
        for name, array in every_array(drawn).items():
            if array is not None:
                short = np.round(array.astype(np.float64), digits).astype(dtype)
                assert np.array_equal(array, short), f"{name} is {array}, but should have {digits} decimals"
                assert array.any(), f"{name} is zero altogether"
                assert not np.any(np.signbit(array) & (array == 0)), f"{name} holds a -0.0"


def test_rounding_changes_nothing_else():
    wide, short = draw(case(), 0), draw(dataclasses.replace(case(), digits=2), 0)
    assert np.array_equal(np.round(wide.input, 2), short.input)
    assert short.input.ravel()[:3].tolist() == [0.64, 0.55, -1.5]


@pytest.mark.parametrize(
    ("values", "digits", "wanted"),
    [
        ([0.14, -0.26], None, [0.14, -0.26]),
        ([0.14, -0.26], 1, [0.1, -0.3]),
        ([0.14, -0.26], 0, [0, -1]),
        ([0.02, 0.01], 1, [0.1, 0]),
        ([0.0, 0.0], 1, [0, 0]),
        ([], 1, []),
    ],
)
def test_numbers_that_would_all_be_zero_keep_the_largest(values, digits, wanted):
    assert rounded(np.array(values), digits).tolist() == wanted


# ---- numbers that are not as drawn


SPECIAL = {"nan": np.isnan, "inf": np.isposinf, "-inf": np.isneginf}


@pytest.mark.parametrize("special", SPECIAL)
@pytest.mark.parametrize(("step", "time"), [("first", 0), ("middle", 2), ("last", 4)])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_special_value_stands_in_one_place_of_input(special, step, time, dtype):
    for settings, place in (
        ({}, (time, 1, 0)),
        ({"batch_first": True}, (1, time, 0)),
        ({"batch_size": None}, (time, 0)),
    ):
        made = case(input_special=special, special_step=step, dtype=dtype, **settings)
        plain = draw(dataclasses.replace(made, input_special="none", special_step="first"), 0).input
        found = draw(made, 0).input
        assert SPECIAL[special](found[place])
        assert np.count_nonzero(found != plain) == 1, "every other number should be as drawn"


def test_a_special_value_stands_in_the_first_row_of_h_0():
    made = case(h_0="given", h_0_special="-inf", num_layers=2)
    found = draw(made, 0).h_0
    assert np.argwhere(~np.isfinite(found)).tolist() == [[0, 1, 0]]
    assert np.isfinite(draw(made, 0).input).all()
    unbatched = draw(case(h_0="given", h_0_special="inf", batch_size=None), 0).h_0
    assert np.argwhere(np.isinf(unbatched)).tolist() == [[0, 0]]


def test_an_empty_batch_has_no_place_for_a_special_value():
    assert draw(case(batch_size=0, input_special="nan"), 0).input.size == 0


def test_biases_have_the_sign_that_is_asked_for():
    for biases, digits in (("opposite", None), ("opposite", 0), ("negative", None), ("positive", 1)):
        drawn = draw(case(biases=biases, digits=digits, bias_scale=3), 0).parameters
        b_ih, b_hh = drawn["bias_ih_l0"], drawn["bias_hh_l0"]
        if biases == "opposite":
            assert np.array_equal(b_ih, -b_hh)
            assert b_ih.any()
        else:
            assert not np.array_equal(b_ih, b_hh)
            assert np.all((b_ih <= 0) & (b_hh <= 0) if biases == "negative" else (b_ih >= 0) & (b_hh >= 0))
        assert not np.signbit(np.concatenate([b_ih, b_hh])[np.concatenate([b_ih, b_hh]) == 0]).any()


def test_only_one_row_of_h_n_has_an_upstream_gradient():
    drawn = draw(case(num_layers=2, bidirectional=True, upstream="h_n", upstream_row=2), 0)
    assert drawn.grad_h_n[2].all()
    assert not np.delete(drawn.grad_h_n, 2, axis=0).any()
    assert not drawn.grad_output.any()


# ---- memory


@pytest.mark.parametrize("layout", ["transposed", "strided"])
@pytest.mark.parametrize("settings", [{}, {"batch_first": True}, {"batch_size": None, "num_layers": 2}])
def test_copies_lie_in_memory_as_the_case_asks(layout, settings):
    made = case(h_0="given", layout=layout, **settings)
    drawn = draw(made, 0)
    plain = draw(dataclasses.replace(made, layout="contiguous"), 0)
    for copy in (drawn.copy(), drawn.copy().copy(), drawn.astype(np.float32)):
        for name, array in every_array(copy).items():
            assert np.array_equal(array, every_array(plain)[name].astype(array.dtype)), name
            assert array.flags.writeable
            assert array.flags.c_contiguous is (name not in ("input", "h_0")), f"{name} has strides {array.strides}"
        assert not np.shares_memory(copy.input, drawn.input)


def test_between_strided_numbers_nothing_looks_like_data():
    copy = draw(case(layout="strided"), 0).copy().input
    assert np.isnan(copy.base[..., 1::2]).all()
    assert copy.strides[-1] == 2 * copy.itemsize


def test_an_implementation_is_handed_the_layout():
    from conformance.observation import observe

    seen = {}

    class Looks:
        name = "looks"

        def lacks(self, case):
            return None

        def build(self, case):
            return self

        def load(self, parameters):
            seen["parameters"] = [array.flags.c_contiguous for array in parameters.values()]

        def accepts_h_0(self):
            return True

        def forward(self, input, h_0):
            seen["input"], seen["h_0"] = input.strides, h_0.strides
            raise RuntimeError

    made = case(h_0="given", layout="transposed")
    observe(Looks(), made, ((made, draw(made, 0)),))
    assert seen == {"parameters": [True] * 4, "input": (8, 40, 80), "h_0": (8, 8, 16)}
