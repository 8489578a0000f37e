"""What torch.nn.RNN refuses at construction, the reference refuses with the same error."""

import warnings

import numpy as np
import pytest
import torch
from reference_pair import Pair, differences, raised

from conformance.reference import RNN

CONSTRUCTIONS = {
    "nonlinearity": ((3, 4), {"nonlinearity": "sigmoid"}),
    "nonlinearity_case": ((3, 4), {"nonlinearity": "ReLU"}),
    "nonlinearity_none": ((3, 4), {"nonlinearity": None}),
    "dropout_negative": ((3, 4), {"dropout": -0.1}),
    "dropout_above_one": ((3, 4), {"dropout": 1.1}),
    "dropout_nan": ((3, 4), {"dropout": float("nan")}),
    "dropout_bool": ((3, 4), {"dropout": True}),
    "dropout_text": ((3, 4), {"dropout": "0.5"}),
    "dropout_none": ((3, 4), {"dropout": None}),
    "dropout_complex": ((3, 4), {"dropout": 0.5j}),
    "bias_int": ((3, 4), {"bias": 1}),
    "bias_none": ((3, 4), {"bias": None}),
    "bias_numpy": ((3, 4), {"bias": np.True_}),
    "batch_first_int": ((3, 4), {"batch_first": 0}),
    "input_size_zero": ((0, 4), {}),
    "input_size_negative": ((-1, 4), {}),
    "input_size_float": ((3.0, 4), {}),
    "input_size_none": ((None, 4), {}),
    "input_size_numpy": ((np.int64(3), 4), {}),
    "hidden_size_zero": ((3, 0), {}),
    "hidden_size_text": ((3, "4"), {}),
    "num_layers_zero": ((3, 4, 0), {}),
    "num_layers_float": ((3, 4, 2.0), {}),
    "num_layers_none": ((3, 4, None), {}),
    "num_layers_text": ((3, 4, "2"), {}),
    # Two faults: torch's order decides.
    "nonlinearity_before_dropout": ((3, 4), {"nonlinearity": "x", "dropout": 2}),
    "dropout_before_bias": ((3, 4), {"dropout": 2, "bias": 1}),
    "bias_before_input_size": ((0, 4), {"bias": 1}),
    "input_size_before_hidden_size": ((0, 0), {}),
    "hidden_size_before_num_layers": ((3, 0, 0), {}),
}


@pytest.mark.parametrize("name", CONSTRUCTIONS)
def test_construction_refuses_what_torch_refuses(name):
    sizes, keywords = CONSTRUCTIONS[name]
    wanted = raised(lambda: torch.nn.RNN(*sizes, **keywords))
    assert raised(lambda: RNN(*sizes, **keywords)) == wanted


@pytest.mark.parametrize(
    ("sizes", "keywords"), [((3,), {}), ((3, 4), {"foo": 0}), ((3, True), {})], ids=["missing", "unknown", "bool"]
)
def test_construction_refuses_with_torch_s_type(sizes, keywords):
    assert raised(lambda: RNN(*sizes, **keywords))[0] is raised(lambda: torch.nn.RNN(*sizes, **keywords))[0]


def test_dropout_has_no_effect_with_one_layer_and_torch_s_warning():
    with pytest.warns(UserWarning, match="dropout option adds dropout") as caught:
        RNN(3, 4, dropout=0.5)
    assert caught[0].filename == __file__, "the warning names another line than the caller's"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pair = Pair(3, 4, dropout=0.5)
    assert not differences(*pair.answers(*pair.arguments(2, h_0=True)))


def test_dropout_between_layers_is_not_offered():
    with pytest.raises(NotImplementedError, match=r"dropout is 0\.5 between 2 layers"):
        RNN(3, 4, num_layers=2, dropout=0.5)
