"""The smoke step: connected or not, which parameters are read, and in which dtype it is judged."""

import numpy as np
import pytest

from conformance.adapters import adapt
from conformance.reference import RNN
from conformance.smoke import connect


def connected(subject):
    return connect(adapt(subject, "mine"))


def test_the_reference_reads_everything():
    found = connected(RNN)
    assert found.connected
    assert found.parameters_unread == ()
    assert (found.dtype, found.notes) == ("float64", ())


def test_unread_parameters_are_named():
    class NoHiddenBias(RNN):
        def load_state_dict(self, state):
            super().load_state_dict({k: np.zeros_like(v) if k.startswith("bias_hh") else v for k, v in state.items()})

    found = connected(NoHiddenBias)
    assert found.connected
    assert found.parameters_unread == ("bias_hh_l0", "bias_hh_l0_reverse", "bias_hh_l1", "bias_hh_l1_reverse")


@pytest.mark.parametrize("draw", [lambda shape: np.random.rand(*shape), np.zeros])
def test_one_that_draws_its_own_weights_is_not_connected(draw):
    class Own(RNN):
        def load_state_dict(self, state):
            super().load_state_dict({k: draw(v.shape) for k, v in state.items()})

    found = connected(Own)
    assert not found.connected
    assert "its answer is the same whatever they are" in found.why


def test_arrays_under_other_names_are_listed_with_the_method_to_write():
    class Other:
        def __init__(self, input_size, hidden_size):
            self.Wxh = np.zeros((input_size, hidden_size))
            self.Whh = np.zeros((hidden_size, hidden_size))

        def forward(self, input, h_0=None):
            return input, input

    found = connected(Other)
    assert not found.connected
    for piece in ("Wxh (4, 5)", "Whh (5, 5)", "def load_state_dict(self, state):", 'state["weight_ih_l0"]'):
        assert piece in found.why, found.why


def test_one_without_a_call_is_told_so():
    class Silent:
        def __init__(self, input_size, hidden_size):
            pass

        def load_state_dict(self, state):
            pass

    assert "neither forward(input, h_0=None) nor __call__" in connected(Silent).why


def test_declining_float64_is_judged_in_float32():
    class Narrow(RNN):
        def load_state_dict(self, state):
            if any(v.dtype != np.float32 for v in state.values()):
                raise NotImplementedError("float32 only")
            super().load_state_dict(state)

    found = connected(Narrow)
    assert (found.connected, found.dtype) == (True, "float32")
    assert "declines float64 (float32 only)" in found.notes[0]


def test_one_that_answers_nothing_is_left_to_the_cases():
    class Raises(RNN):
        def forward(self, input, h_0=None):
            raise ValueError("no")

    assert connected(Raises).connected


def test_answers_that_are_not_numbers_say_nothing_about_connection():
    class Nan(RNN):
        def forward(self, input, h_0=None):
            output, h_n = super().forward(input, h_0)
            return output * np.nan, h_n * np.nan

    assert connected(Nan).connected


def test_a_small_one_that_declines_float64_is_judged_in_float32():
    class Small(RNN):
        def __init__(self, input_size, hidden_size):
            super().__init__(input_size, hidden_size)

        def load_state_dict(self, state):
            if any(v.dtype != np.float32 for v in state.values()):
                raise NotImplementedError("float32 only")
            super().load_state_dict(state)

    assert connected(Small).dtype == "float32"
