import numpy as np
import pytest
from small import case, judge

from conformance.adapters import adapt
from conformance.adapters.signature import first_lacking, takes_positional
from conformance.implementation import NoImplementationError
from conformance.status import Status


class Recorder:
    """Remembers how it was constructed."""

    def __init__(self, *args, **kwargs):
        Recorder.seen = (args, kwargs)

    def forward(self, input, h_0=None):
        raise NotImplementedError


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        ({}, {}),
        ({"num_layers": 2}, {"num_layers": 2}),
        ({"nonlinearity": "relu", "bias": False}, {"nonlinearity": "relu", "bias": False}),
        ({"dropout": 0.5}, {"dropout": 0.5}),
        ({"batch_first": True, "bidirectional": True}, {"batch_first": True, "bidirectional": True}),
    ],
)
def test_sizes_by_position_and_the_rest_by_keyword_unless_default(settings, wanted):
    adapt(Recorder, "recorder").build(case(**settings))
    assert Recorder.seen == ((3, 4), wanted)


def test_validation_passes_arguments_as_written_by_type_and_value():
    for passed, wanted in (
        ((("num_layers", 1.0),), {"num_layers": 1.0}),
        ((("bias", 1),), {"bias": 1}),
        ((("dropout", None),), {"dropout": None}),
        ((("nonlinearity", "tanh"),), {}),
    ):
        adapt(Recorder, "recorder").build(case(asks="validation", passed=passed))
        args, kwargs = Recorder.seen
        assert args == (3, 4)
        assert [(k, type(v), v) for k, v in kwargs.items()] == [(k, type(v), v) for k, v in wanted.items()]
    adapt(Recorder, "recorder").build(case(asks="validation", omit="hidden_size"))
    assert Recorder.seen == ((3,), {})
    adapt(Recorder, "recorder").build(case(asks="validation", extra="proj_size"))
    assert Recorder.seen == ((3, 4), {"proj_size": 0})


def test_a_signature_that_lacks_an_argument_makes_a_case_unsupported():
    class Small:
        def __init__(self, input_size, hidden_size):
            raise AssertionError("never built")

        def forward(self, input):
            raise AssertionError("never called")

    from conformance.arguments import draw
    from conformance.observation import Declined, observe

    wide = case(num_layers=2)
    observed = observe(adapt(Small, "small"), wide, ((wide, draw(wide, 0)),))
    assert observed == Declined("its signature has no num_layers")


def test_kwargs_and_unreadable_signatures_lack_nothing():
    assert first_lacking(lambda **_: None, ["num_layers"]) is None
    assert first_lacking(lambda num_layers: None, ["num_layers", "bias"]) == "bias"
    assert first_lacking(print, ["num_layers"]) == "num_layers"
    assert takes_positional(lambda *a: None, 5)
    assert not takes_positional(lambda a: None, 2)


def test_a_forward_without_h_0_declines_it():
    class NoInitialState:
        """Right for one tanh layer from a zero state."""

        def __init__(self, input_size, hidden_size):
            self.weight_ih_l0 = self.weight_hh_l0 = self.bias_ih_l0 = self.bias_hh_l0 = None

        def forward(self, input):
            h, steps = np.zeros((input.shape[1], self.weight_hh_l0.shape[0])), []
            for x in input:
                h = np.tanh(x @ self.weight_ih_l0.T + self.bias_ih_l0 + h @ self.weight_hh_l0.T + self.bias_hh_l0)
                steps.append(h)
            return np.stack(steps), h[None].copy()

    assert judge(NoInitialState, asks="values").status is Status.PASS
    given = judge(NoInitialState, asks="values", h_0="given")
    assert given.status is Status.UNSUPPORTED
    assert "h_0" in given.why


def test_call_wins_over_forward():
    class Both:
        def __init__(self, input_size, hidden_size):
            pass

        def load_state_dict(self, state):
            pass

        def __call__(self, input, h_0=None):
            return "called"

        def forward(self, input, h_0=None):
            return "forward"

    instance = adapt(Both, "both").build(case())
    assert instance.forward(np.zeros(1), None) == "called"


def test_an_object_is_refused_with_advice():
    with pytest.raises(NoImplementationError, match="should be a class or a function: pass the class itself"):
        adapt(Recorder(1, 2), "mine")


def test_a_torch_module_with_other_names_is_not_connected():
    import torch

    class Other(torch.nn.Module):
        def __init__(self, input_size, hidden_size):
            super().__init__()
            self.cell = torch.nn.Linear(input_size, hidden_size)

    record = judge(Other, asks="values")
    assert record.status is Status.ERROR
    assert "not connected" in record.why


def test_torch_module_gradients_come_from_autograd():
    import torch

    assert judge(torch.nn.RNN, num_layers=2, bidirectional=True, h_0="given").status is Status.PASS

    class Detached(torch.nn.RNN):
        def forward(self, input, hx=None):
            output, h_n = super().forward(input, hx)
            return output.detach(), h_n.detach()

    assert judge(Detached).status is Status.UNSUPPORTED


def test_a_torch_tensor_subclass_cannot_pass():
    import torch

    class Friendly(torch.Tensor):
        pass

    class Subclass(torch.nn.RNN):
        def forward(self, input, hx=None):
            output, h_n = super().forward(input, hx)
            return output.as_subclass(Friendly), h_n

    record = judge(Subclass, asks="values")
    assert (record.status, record.layer) == (Status.FAIL, "type")
    assert "should be a torch.Tensor" in record.why


def test_a_module_that_wraps_the_network_and_translates_is_differentiated():
    import torch

    class Wrapper(torch.nn.Module):
        def __init__(self, input_size, hidden_size):
            super().__init__()
            self.inner = torch.nn.RNN(input_size, hidden_size)

        def load_state_dict(self, state):
            return self.inner.load_state_dict(state)

        def forward(self, input, h_0=None):
            return self.inner(input) if h_0 is None else self.inner(input, h_0)

    assert judge(Wrapper).status is Status.PASS


def test_settings_of_the_whole_process_are_not_the_suites_fault():
    import torch

    class Careless(torch.nn.RNN):
        def __init__(self, *args, **kwargs):
            torch.set_grad_enabled(False)
            super().__init__(*args, **kwargs)

    try:
        assert judge(Careless).status is Status.PASS
    finally:
        torch.set_grad_enabled(True)


def test_taking_parameters_out_of_the_dict_is_no_fault():
    from conformance.reference import RNN

    class Pops(RNN):
        def load_state_dict(self, state):
            super().load_state_dict({name: state.pop(name) for name in list(state)})

    assert judge(Pops).status is Status.PASS


def test_two_of_one_name_are_kept_apart():
    from small import fresh_runner

    from conformance.reference import RNN
    from conformance.runner import Subject

    class Narrow(RNN):
        def load_state_dict(self, state):
            if any(v.dtype == np.float64 for v in state.values()):
                raise NotImplementedError
            super().load_state_dict(state)

    runner = fresh_runner()
    assert runner.record(case(), Subject(adapt(Narrow, "RNN"))).dtype == "float32"
    assert runner.record(case(), Subject(adapt(RNN, "RNN"))).dtype == "float64"
