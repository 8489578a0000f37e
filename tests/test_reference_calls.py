"""What torch.nn.RNN refuses when it is called, and parameters and upstream gradients that do not fit."""

import re

import numpy as np
import pytest
import torch
from reference_pair import Pair, raised, zeros

from conformance.reference import RNN

X = zeros(6, 2, 3)
H_0 = zeros(1, 2, 4)
CALLS = {
    "rank_1": (zeros(3),),
    "rank_4": (zeros(1, 6, 2, 3),),
    "rank_4_and_h_0": (zeros(1, 6, 2, 3), zeros(4)),
    "h_0_rank_2_batched": (X, zeros(1, 4)),
    "h_0_rank_3_unbatched": (zeros(6, 3), zeros(1, 1, 4)),
    "h_0_rank_before_dtype": (X.astype(np.float32), zeros(1, 4)),
    "float32": (X.astype(np.float32),),
    "int64": (X.astype(np.int64),),
    "dtype_before_width": (zeros(6, 2, 5, dtype=np.float32),),
    "width": (zeros(6, 2, 5),),
    "width_1": (zeros(6, 2, 1),),
    "width_unbatched": (zeros(6, 5),),
    "width_before_h_0": (zeros(6, 2, 5), zeros(2, 2, 4)),
    "h_0_layers": (X, zeros(2, 2, 4)),
    "h_0_batch_1": (X, zeros(1, 1, 4)),
    "h_0_hidden": (X, zeros(1, 2, 5)),
    "h_0_unbatched": (zeros(6, 3), zeros(2, 4)),
    "h_0_before_length": (zeros(0, 2, 3), zeros(2, 2, 4)),
    "length_0": (zeros(0, 2, 3),),
    "length_0_unbatched": (zeros(0, 3),),
    "length_0_batch_0": (zeros(0, 0, 3),),
    "length_before_h_0_dtype": (zeros(0, 2, 3), H_0.astype(np.float32)),
    "h_0_dtype": (X, H_0.astype(np.float32)),
    "h_0_dtype_batch_0": (zeros(6, 0, 3), zeros(1, 0, 4, dtype=np.float32)),
    "input_none": (None,),
    "h_0_tuple": (X, (H_0, H_0)),
}
#: Where arrays are not tensors, the text differs: torch's, and the reference's.
WORDS = (
    ("torch.", ""),
    ("'dim'", "'ndim'"),
    ("Double", "float64"),
    ("Float", "float32"),
    (" (h_0)", ""),
    (" (weights)", ""),
)


def core(text):
    """A message without its advice and the names of types."""
    for theirs, ours in WORDS:
        text = text.replace(theirs, ours)
    return re.sub(r" Convert input: .*", "", text)


@pytest.mark.parametrize("name", CALLS)
def test_calls_refuse_what_torch_refuses(name):
    pair = Pair(3, 4)
    arguments = CALLS[name]
    tensors = [torch.from_numpy(value) if isinstance(value, np.ndarray) else value for value in arguments]
    (wanted, theirs), (got, ours) = (
        raised(lambda: pair.torch(*tensors)),
        raised(lambda: pair.network.forward(*arguments)),
    )
    assert (got, core(ours)) == (wanted, core(theirs))


def test_a_truthy_bidirectional_is_noticed_at_the_call_as_in_torch():
    pair = Pair(3, 4, bidirectional=1)
    assert raised(lambda: pair.torch(torch.from_numpy(X)))[0] is TypeError
    assert raised(lambda: pair.network.forward(X))[0] is TypeError


def test_a_refused_call_leaves_the_one_before_it_in_place():
    pair = Pair(3, 4)
    pair.network.forward(X)
    with pytest.raises(RuntimeError):
        pair.network.forward(X, zeros(1, 3, 4))
    assert pair.network.backward(zeros(6, 2, 4), H_0)["input"].shape == X.shape


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda state: state.pop("bias_hh_l0"), "missing keys: bias_hh_l0; unexpected keys: none"),
        (lambda state: state.update(weight=zeros(1)), "missing keys: none; unexpected keys: weight"),
        (
            lambda state: state.update(weight_ih_l0=zeros(3, 4)),
            "weight_ih_l0: its shape is (3, 4), but should be (4, 3)",
        ),
        (lambda state: state.update(bias_hh_l0=zeros(4, dtype=np.float32)), "dtype is float32 and float64"),
        (lambda state: state.update({n: v.astype(np.float16) for n, v in state.items()}), "dtype is float16"),
    ],
    ids=["missing", "unexpected", "shape", "two_dtypes", "half"],
)
def test_parameters_that_do_not_fit_are_refused(change, sentence):
    network = RNN(3, 4)
    state = {name: zeros(*shape) for name, shape in network.parameter_shapes().items()}
    change(state)
    with pytest.raises(RuntimeError, match=re.escape(sentence)):
        network.load_state_dict(state)


def test_parameters_have_torch_s_names_order_and_shapes():
    pair = Pair(3, 4, num_layers=2, bidirectional=True)
    wanted = {name: tuple(value.shape) for name, value in pair.torch.state_dict().items()}
    assert list(pair.network.parameter_shapes().items()) == list(wanted.items())


def test_a_network_without_parameters_says_so():
    with pytest.raises(RuntimeError, match="load_state_dict"):
        RNN(3, 4).forward(X)


def test_backward_without_forward_says_so():
    pair = Pair(3, 4)
    with pytest.raises(RuntimeError, match="latest forward"):
        pair.network.backward(zeros(6, 2, 4), H_0)
    pair.network.forward(X)
    pair.load()
    with pytest.raises(RuntimeError, match="latest forward"):
        pair.network.backward(zeros(6, 2, 4), H_0)


@pytest.mark.parametrize(
    ("upstream", "sentence"),
    [
        ((zeros(2, 6, 4), H_0), "grad_output has a shape of (2, 6, 4) and output has a shape of (6, 2, 4)"),
        ((zeros(6, 2, 4), zeros(2, 4)), "grad_h_n has a shape of (2, 4)"),
        ((zeros(6, 2, 4, dtype=np.float32), H_0), "grad_output's dtype is float32"),
    ],
    ids=["output", "h_n", "dtype"],
)
def test_upstream_gradients_that_do_not_fit_are_refused(upstream, sentence):
    pair = Pair(3, 4)
    pair.network.forward(X)
    with pytest.raises(RuntimeError, match=re.escape(sentence)):
        pair.network.backward(*upstream)
