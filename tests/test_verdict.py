"""Each layer of judging, with a subject that is wrong in just that way."""

import numpy as np
import pytest
from small import judge

from conformance.reference import RNN
from conformance.status import Layer, Status


def wrong(change):
    """The reference with its answer changed."""

    class Changed(RNN):
        def forward(self, input, h_0=None):
            return change(*super().forward(input, h_0))

    return Changed


class FriendlyArray(np.ndarray):
    """Claims to equal everything."""

    def __eq__(self, other):
        return True

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return True

    def __array_function__(self, function, types, args, kwargs):
        return True

    __hash__ = None


class ArrayLike:
    """Turns into whatever is asked for."""

    def __init__(self, array):
        self._array = array

    def __array__(self, dtype=None, copy=None):
        return self._array


def nan_at_end(array):
    array = array.copy()
    array.flat[-1] = np.nan
    return array


ATTRIBUTES = [
    (lambda o, h: o, Layer.ARITY, "what the call returned is a numpy.ndarray"),
    (lambda o, h: None, Layer.ARITY, "what the call returned is None"),
    (lambda o, h: (o, h, h), Layer.ARITY, "is 3 values, but should be 2"),
    (lambda o, h: (o.tolist(), h), Layer.TYPE, "output is a list of 5, but should be a numpy.ndarray"),
    (lambda o, h: (o.view(FriendlyArray), h), Layer.TYPE, "FriendlyArray, but should be a numpy.ndarray"),
    (lambda o, h: (ArrayLike(o), h), Layer.TYPE, "ArrayLike, but should be a numpy.ndarray"),
    (lambda o, h: (np.ma.masked_array(o), h), Layer.TYPE, "MaskedArray"),
    (lambda o, h: (o.astype(object), h), Layer.TYPE, "dtype object"),
    (lambda o, h: (o, np.float64(1)), Layer.TYPE, "h_n is a numpy.float64"),
    (lambda o, h: (o[..., None], h), Layer.SHAPE, "output is of shape (5, 2, 4, 1), but should be of shape (5, 2, 4)"),
    (lambda o, h: (o, h[0]), Layer.SHAPE, "h_n is of shape (2, 4), but should be of shape (1, 2, 4)"),
    (lambda o, h: (o.astype(np.float32), h), Layer.DTYPE, "output is float32, but should be float64"),
    (lambda o, h: (o, h.astype(">f8")), Layer.DTYPE, "h_n is >f8, but should be float64"),
    (lambda o, h: (o.astype(complex), h), Layer.DTYPE, "output is complex128"),
    (lambda o, h: (nan_at_end(o), h), Layer.FINITE, "output is nan at time step 4 (layer 0, forward, batch 1, unit 3)"),
    (lambda o, h: (o + 1e-9, h), Layer.VALUE, "output is "),
    (lambda o, h: (o, -h), Layer.VALUE, "h_n is "),
]


@pytest.mark.parametrize(("change", "layer", "sentence"), ATTRIBUTES)
def test_each_layer_is_found_and_said(change, layer, sentence):
    record = judge(wrong(change), asks="values")
    assert (record.status, record.layer) == (Status.FAIL, layer), record.why
    assert sentence in record.why


def test_a_wrong_shape_is_never_reported_as_a_wrong_number():
    record = judge(wrong(lambda o, h: (o + 1, h[0])), asks="values")
    assert record.layer is Layer.SHAPE


def test_the_first_wrong_number_is_placed():
    def change(output, h_n):
        output = output.copy()
        output[3, 1, 2] += 0.5
        output[4] += 0.5
        return output, h_n

    record = judge(wrong(change), asks="values")
    place = record.place
    assert (place.tensor, place.index, place.layer, place.direction) == ("output", (3, 1, 2), 0, "forward")
    assert (place.time_step, place.batch, place.unit) == (3, 1, 2)
    assert place.got == pytest.approx(place.wanted + 0.5)
    assert (place.wrong, place.size) == (9, 40)
    assert "off by 0.5;" in record.why
    assert "9 of 40 numbers are wrong" in record.why
    assert [step > 0.1 for step in record.steps.errors] == [False, False, False, True, True]


@pytest.mark.parametrize(("hidden_size", "wanted"), [(1, "1 of 1 number is wrong"), (2, "1 of 2 numbers is wrong")])
def test_the_noun_follows_how_many_there_are_and_the_verb_how_many_are_wrong(hidden_size, wanted):
    def change(output, h_n):
        output = output.copy()
        output.flat[0] += 0.5
        return output, h_n

    record = judge(wrong(change), asks="values", seq_len=1, batch_size=1, hidden_size=hidden_size)
    assert wanted in record.why


def test_the_reverse_direction_goes_wrong_first_at_its_last_time_step():
    def change(output, h_n):
        output = output.copy()
        output[:, 1:4, 4:] += 0.5
        return output, h_n

    record = judge(wrong(change), asks="values", bidirectional=True, batch_first=True)
    assert (record.place.direction, record.place.time_step, record.place.index) == ("reverse", 3, (0, 3, 4))


def test_unbatched_places_have_no_batch():
    record = judge(wrong(lambda o, h: (o + 1, h)), asks="values", batch_size=None)
    assert (record.place.time_step, record.place.batch, record.place.unit) == (0, None, 0)


def test_distances_are_recorded_for_passes_too():
    record = judge(RNN)
    assert record.status is Status.PASS
    assert set(record.distances) >= {"output", "h_n", "input", "weight_hh_l0"}
    assert all(0 <= distance.ratio <= 1 for distance in record.distances.values())


def gradients(change):
    """The reference with its gradients changed."""

    class Changed(RNN):
        def backward(self, grad_output, grad_h_n):
            return change(super().backward(grad_output, grad_h_n))

    return Changed


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda g: list(g.values()), "what backward returned is a list of 6, but should be a dict"),
        (lambda g: {k: v for k, v in g.items() if k != "h_0"}, "the gradient of h_0 is missing"),
        (lambda g: g | {"h_0": None}, "the gradient of h_0 is None"),
        (lambda g: g | {"input": g["input"].swapaxes(0, 1)}, "the gradient of input is of shape (2, 5, 3)"),
        (lambda g: g | {"bias_hh_l0": g["bias_hh_l0"].astype(np.float32)}, "the gradient of bias_hh_l0 is float32"),
        (lambda g: g | {"weight_hh_l0": nan_at_end(g["weight_hh_l0"])}, "the gradient of weight_hh_l0 is nan"),
        (lambda g: g | {"weight_hh_l0": g["weight_hh_l0"].T.copy()}, "the gradient of weight_hh_l0 is "),
    ],
)
def test_gradients_are_judged_in_every_respect(change, sentence):
    record = judge(gradients(change), h_0="given")
    assert (record.status, record.layer) == (Status.FAIL, Layer.GRADIENT), record.why
    assert sentence in record.why


def test_an_extra_gradient_is_ignored():
    assert judge(gradients(lambda g: g | {"mine": 3})).status is Status.PASS


def test_a_wrong_forward_is_reported_before_its_gradients():
    class Both(RNN):
        def forward(self, input, h_0=None):
            output, h_n = super().forward(input, h_0)
            return output + 1, h_n

        def backward(self, grad_output, grad_h_n):
            raise ValueError("never mind")

    assert judge(Both).layer is Layer.VALUE


def test_a_backward_that_raises_is_an_error_and_one_that_declines_is_unsupported():
    def broken(gradients):
        raise KeyError("w")

    def declined(gradients):
        raise NotImplementedError("no gradients here")

    error = judge(gradients(broken))
    assert error.status is Status.ERROR
    assert "backward raised KeyError" in error.why
    unsupported = judge(gradients(declined))
    assert unsupported.status is Status.UNSUPPORTED
    assert "no gradients here" in unsupported.why


def test_changing_arguments_is_found():
    class ChangesInput(RNN):
        def forward(self, input, h_0=None):
            answer = super().forward(input, h_0)
            input *= 2
            return answer

    class ChangesUpstream(RNN):
        def backward(self, grad_output, grad_h_n):
            found = super().backward(grad_output, grad_h_n)
            grad_output += 1
            return found

    class ChangesParameters(RNN):
        def load_state_dict(self, state):
            super().load_state_dict(state)
            state["bias_ih_l0"] += 1

    for subject, name in (
        (ChangesInput, "input"),
        (ChangesUpstream, "the upstream gradient of output"),
        (ChangesParameters, "bias_ih_l0"),
    ):
        record = judge(subject)
        assert (record.status, record.layer) == (Status.FAIL, Layer.PURITY), subject
        assert f"it changed {name} in place" in record.why


def test_an_answer_that_is_changed_later_is_found():
    class Reuses(RNN):
        kept = None

        def forward(self, input, h_0=None):
            output, h_n = super().forward(input, h_0)
            if self.kept is not None and self.kept.shape[0] == output.shape[0]:
                self.kept[...] = 7
            self.kept = output
            return output, h_n

    record = judge(Reuses, calls="repeated", asks="values")
    assert (record.status, record.layer) == (Status.FAIL, Layer.PURITY)
    assert "changed output after returning it" in record.why


def test_a_state_kept_between_calls_is_found():
    class Stateful(RNN):
        kept = None

        def forward(self, input, h_0=None):
            if h_0 is None and self.kept is not None and self.kept.shape[1] == input.shape[1]:
                h_0 = self.kept
            output, self.kept = super().forward(input, h_0)
            return output, self.kept.copy()

    assert judge(Stateful, asks="values").status is Status.PASS
    record = judge(Stateful, calls="repeated", asks="values")
    assert record.layer is Layer.PURITY
    assert (
        "right at first, wrong in the fourth call (2 in a batch, then 3 in a batch, then 2 in a batch, then 2 in a batch)"
        in record.why
    )


def test_gradients_that_accumulate_between_calls_are_found():
    class Accumulates(RNN):
        total = None

        def backward(self, grad_output, grad_h_n):
            found = super().backward(grad_output, grad_h_n)
            weight = found["weight_hh_l0"]
            self.total = weight if self.total is None else self.total + weight
            return found | {"weight_hh_l0": self.total}

    assert judge(Accumulates).status is Status.PASS
    assert judge(Accumulates, calls="repeated").layer is Layer.PURITY


def test_validation_passes_what_raises_and_says_whether_the_type_is_torchs():
    own = judge(RNN, asks="validation", passed=(("hidden_size", 0),))
    assert (own.status, own.torch_type) == (Status.PASS, True)

    class Sloppy(RNN):
        def __init__(self, input_size, hidden_size, **options):
            if hidden_size < 1:
                raise AssertionError
            super().__init__(input_size, hidden_size, **options)

    other = judge(Sloppy, asks="validation", passed=(("hidden_size", 0),))
    assert (other.status, other.torch_type) == (Status.PASS, False)
    assert "torch raises ValueError: hidden_size must be greater than zero" in other.why


def test_returning_where_torch_raises_fails():
    class Lenient(RNN):
        def __init__(self, input_size, hidden_size, nonlinearity="tanh", **options):
            super().__init__(input_size, hidden_size, nonlinearity="tanh", **options)

    record = judge(Lenient, asks="validation", passed=(("nonlinearity", "sigmoid"),))
    assert (record.status, record.layer) == (Status.FAIL, Layer.ACCEPTED)
    assert "torch raises ValueError: Unknown nonlinearity 'sigmoid'" in record.why


def test_nan_in_an_answer_never_passes_for_close():
    record = judge(wrong(lambda o, h: (np.full_like(o, np.nan), np.full_like(h, np.nan))), asks="values")
    assert record.layer is Layer.FINITE
    assert np.isnan(record.distances["output"].ratio)


def test_infinity_is_not_a_number_that_may_be_close():
    def change(output, h_n):
        output = output.copy()
        output[0] = np.inf
        return output, h_n

    assert judge(wrong(change), asks="values").layer is Layer.FINITE


def test_batch_zero_is_judged_by_its_shapes():
    assert judge(RNN, batch_size=0).status is Status.PASS
    record = judge(wrong(lambda o, h: (o[:, :, :2], h)), asks="values", batch_size=0)
    assert record.layer is Layer.SHAPE


def keeps(what):
    """The reference with something kept from one call to the next."""

    class Keeper(RNN):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.kept = {}

        def forward(self, input, h_0=None):
            if what == "input":
                input = self.kept.setdefault(input.shape, input.copy())
            if what == "h_0":
                h_0 = self.kept.setdefault(input.shape, h_0.copy()) if h_0 is not None else self.kept.get(input.shape)
            return super().forward(input, h_0)

        def backward(self, grad_output, grad_h_n):
            found = super().backward(grad_output, grad_h_n)
            return self.kept.setdefault(grad_output.shape, found) if what == "gradients" else found

    return Keeper


@pytest.mark.parametrize("what", ["input", "h_0", "gradients"])
def test_what_is_kept_for_a_shape_is_found(what):
    record = judge(keeps(what), calls="repeated", h_0="given")
    assert (record.status, record.layer) == (Status.FAIL, Layer.PURITY), record.why
    assert "wrong in the fifth call" in record.why
    assert "with other numbers" in record.why


def test_a_wrong_first_call_is_judged_whatever_the_second_does():
    class Sometimes(RNN):
        calls = 0

        def forward(self, input, h_0=None):
            self.calls += 1
            if self.calls > 1:
                raise NotImplementedError("once is enough")
            output, h_n = super().forward(input, h_0)
            return output * 2, h_n

    assert judge(Sometimes, calls="repeated").layer is Layer.VALUE


def test_a_list_that_is_emptied_later_is_found():
    class Shrinks(RNN):
        last = None

        def forward(self, input, h_0=None):
            if self.last:
                self.last.clear()
            self.last = list(super().forward(input, h_0))
            return self.last

    assert judge(Shrinks, calls="repeated", asks="values").layer is Layer.PURITY


def test_exceptions_that_lie_are_described():
    class LiarError(ValueError):
        @property
        def __class__(self):
            raise RuntimeError

    class Lies(RNN):
        def forward(self, input, h_0=None):
            raise LiarError("no")

    record = judge(Lies)
    assert record.status is Status.ERROR
    assert "forward raised LiarError" in record.why
