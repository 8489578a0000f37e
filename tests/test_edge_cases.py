"""Each file of edge cases is seen to fail: with a network that is right but for the mistake that the file is there for."""

import ctypes
import dataclasses
import functools

import numpy as np
import pytest
from small import runner
from subjects import _base

from conformance.adapters import adapt
from conformance.runner import Subject
from conformance.status import Status
from conformance.sweep.suite import find_cases, load


class NanHidden(_base.RNN):
    def activate(self, pre):
        return np.nan_to_num(super().activate(pre), posinf=np.inf, neginf=-np.inf)


class ReluAsAChoice(_base.RNN):
    def activate(self, pre):
        return np.where(pre > 0, pre, 0) if self.nonlinearity == "relu" else super().activate(pre)


class ReluByMultiplying(_base.RNN):
    def activate(self, pre):
        return pre * (pre > 0) if self.nonlinearity == "relu" else super().activate(pre)


class TanhByExponentials(_base.RNN):
    def activate(self, pre):
        if self.nonlinearity == "relu":
            return super().activate(pre)
        return (np.exp(pre) - np.exp(-pre)) / (np.exp(pre) + np.exp(-pre))


class ZeroWeightsSkipped(_base.RNN):
    def product(self, rows, matrix):
        used = np.any(matrix != 0, axis=1)
        return rows[..., used] @ matrix[used]


class ReadsMemory(_base.RNN):
    """As a C extension does that is handed a pointer and no strides."""

    def forward(self, input, h_0=None):
        return super().forward(self.raw(input), self.raw(h_0))

    def raw(self, array):
        if array is None:
            return None
        number = {"float64": ctypes.c_double, "float32": ctypes.c_float}[array.dtype.name]
        pointer = ctypes.cast(array.ctypes.data, ctypes.POINTER(number))
        return np.ctypeslib.as_array(pointer, shape=(array.size,)).copy().reshape(array.shape)


class BiasMissing(_base.RNN):
    def biases(self, layer, direction):
        return 0 * super().biases(layer, direction)


class BiasIhDoubled(_base.RNN):
    def biases(self, layer, direction):
        return 2 * self.parameter("bias_ih", layer, direction)


class ReluLeaks(_base.RNN):
    def activate(self, pre):
        return np.maximum(pre, 1e-6 * pre) if self.nonlinearity == "relu" else super().activate(pre)


class ReluSlopeMissing(_base.RNN):
    def slope(self, state):
        return np.ones_like(state) if self.nonlinearity == "relu" else super().slope(state)


class ReluSlopeAtZero(_base.RNN):
    def slope(self, state):
        return ~(state < 0) if self.nonlinearity == "relu" else super().slope(state)


class ReluSlopeStopsNan(_base.RNN):
    def slope(self, state):
        return state > 0 if self.nonlinearity == "relu" else super().slope(state)


class SlopeNeverZero(_base.RNN):
    def slope(self, state):
        return np.maximum(1 - state * state, 1e-7)


class DeadUnitsSkipped(_base.RNN):
    def keep(self, kind, layer, direction, gradient):
        super().keep(kind, layer, direction, np.nan_to_num(gradient, posinf=np.inf, neginf=-np.inf))


class TinyIsZero(_base.RNN):
    def product(self, rows, matrix):
        found = super().product(rows, matrix)
        return np.where(np.abs(found) < np.finfo(found.dtype).smallest_normal, 0, found)


class SquaresOverflow(_base.RNN):
    """Squares its argument, which float32 cannot beyond 1.8e19."""

    def activate(self, pre):
        return super().activate(pre) + 0 * (pre * pre)


class StatesClipped(_base.RNN):
    def activate(self, pre):
        return np.minimum(super().activate(pre), 100)


class StateFades(_base.RNN):
    def activate(self, pre):
        return super().activate(pre) * pre.dtype.type(1 - 1e-6)


class Truncated(_base.RNN):
    """Nothing comes back over the border of a chunk."""

    chunk = 32

    def scan_backward(self, grads, carry, states, weight_hh):
        found = np.empty_like(states)
        for t in reversed(range(len(states))):
            found[t] = (grads[t] + carry) * self.slope(states[t])
            carry = self.product(found[t], weight_hh) * (t % self.chunk != 0 or t == 0)
        return found, carry


class TruncatedLate(Truncated):
    chunk = 500


class HiddenGradientOfLastLayer(_base.RNN):
    def backward(self, grad_output, grad_h_n):
        kept = np.zeros_like(grad_h_n)
        kept[-self.directions :] = grad_h_n[-self.directions :]
        return super().backward(grad_output, kept)


CAUGHT = [
    ("values/nan_in_input", NanHidden),
    ("values/nan_in_input", ReluAsAChoice),
    ("gradients/nan_in_input", ReluSlopeStopsNan),
    ("values/infinite_input", ReluByMultiplying),
    ("values/infinite_input", TanhByExponentials),
    ("gradients/infinite_input", DeadUnitsSkipped),
    ("values/infinite_input_zero_weights", ZeroWeightsSkipped),
    ("gradients/infinite_input_zero_weights", DeadUnitsSkipped),
    ("values/special_h_0", NanHidden),
    ("gradients/special_h_0", ReluSlopeStopsNan),
    ("values/layout", ReadsMemory),
    ("gradients/layout", ReadsMemory),
    ("values/opposite_biases", BiasIhDoubled),
    ("gradients/opposite_biases", BiasIhDoubled),
    ("values/dead_relu", ReluLeaks),
    ("values/dead_relu", BiasMissing),
    ("gradients/dead_relu", ReluSlopeMissing),
    ("values/zero_pre_activations", ReluLeaks),
    ("gradients/zero_pre_activations", ReluSlopeAtZero),
    ("values/saturating_weights", TanhByExponentials),
    ("gradients/saturating_weights", SlopeNeverZero),
    ("values/tiny_numbers", TinyIsZero),
    ("gradients/tiny_numbers", TinyIsZero),
    ("values/huge_numbers", SquaresOverflow),
    ("gradients/huge_numbers", StatesClipped),
    ("values/large_relu_states", StatesClipped),
    ("gradients/large_relu_states", StatesClipped),
    ("values/counting", StateFades),
    ("gradients/counting", TruncatedLate),
    ("gradients/upstream_row", HiddenGradientOfLastLayer),
    ("gradients/backpropagation_length", Truncated),
]


@functools.cache
def cases_of(file):
    return [case for case in load(find_cases()).cases if case.file == f"cases/{file}.yaml"]


def records(subject, file, **changes):
    implementation = Subject(adapt(subject, subject.__name__))
    return [runner().record(dataclasses.replace(case, **changes), implementation) for case in cases_of(file)]


@pytest.mark.parametrize(("file", "subject"), CAUGHT, ids=lambda value: getattr(value, "__name__", value))
def test_what_a_file_is_there_for_is_found_in_several_of_its_cases(file, subject):
    found = records(subject, file)
    assert found, f"{file} has no case"
    failed = [record.case for record in found if record.status is Status.FAIL]
    assert len(failed) >= 2, f"{subject.__name__} fails in {failed} alone"
    assert not [record.why for record in found if record.status is Status.SUITE_ERROR]


@pytest.mark.parametrize("file", sorted({file for file, _ in CAUGHT}))
def test_a_right_network_is_right_there(file):
    wrong = [(record.case, record.why) for record in records(_base.RNN, file) if record.status is not Status.PASS]
    assert not wrong


def test_a_truncated_gradient_shows_in_float32_too():
    found = [r.status for r in records(Truncated, "gradients/backpropagation_length", dtype="float32")]
    assert found.count(Status.FAIL) >= len(found) - 1, "weights should keep gradients alive over all steps"
