"""Whether an answer is, to within rounding, the one that a hypothesis predicts."""

from __future__ import annotations

from typing import Any

import numpy as np

from conformance.arguments import Array
from conformance.diagnosis.exhibit import Exhibit
from conformance.expected import ExpectedCall
from conformance.observation import Answered, Call, NotAnArray, Raised

#: Two honest computations of the same wrong number may lie on either side of it, each as far as a right one may.
_TOLERANCES = 4.0

#: And where the wrong numbers are larger than the right ones, so is their rounding: in roundoffs of the largest.
_ROUNDINGS = 256.0

_UNITS = {"float64": 2.0**-53, "float32": 2.0**-24}
_WIDEN = 2.0**29  # from float64's rounding to float32's


def forward_alike(exhibit: Exhibit, predicted: Answered | Raised, *, in_float32: bool = False) -> bool:
    """Whether forward did what is predicted: in a values case every call, in a gradients case the first.

    (Later calls of a gradients case may depend on what backward did.)
    """
    if exhibit.case.asks == "values":
        return alike(exhibit, predicted, in_float32=in_float32)
    seen, wanted = _calls(exhibit.seen)[:1], _calls(predicted)[:1]
    return len(seen) == len(wanted) and all(
        _outputs_alike(call, found, guess, in_float32=in_float32)
        for call, found, guess in zip(exhibit.expected.calls, seen, wanted, strict=False)
    )


def alike(exhibit: Exhibit, predicted: Answered | Raised, *, in_float32: bool = False) -> bool:
    """Whether all was as predicted: every call, its gradients where they are evidence, and what it changed."""
    seen, wanted = _calls(exhibit.seen), _calls(predicted)
    if len(seen) != len(wanted) or _ended(exhibit.seen) != _ended(predicted):
        return False
    if not _same_purity(exhibit.seen, predicted):
        return False
    narrowed = in_float32 and exhibit.case.dtype == "float64"
    if exhibit.wrong and not narrowed and _right(exhibit, predicted):
        return False  # the right answer explains no wrong one, however near the two are
    return all(
        _outputs_alike(call, found, guess, in_float32=in_float32)
        and (not exhibit.gradients or _gradients_alike(call, found, guess, in_float32=in_float32))
        for call, found, guess in zip(exhibit.expected.calls, seen, wanted, strict=False)
    )


def _right(exhibit: Exhibit, predicted: Answered | Raised) -> bool:
    """Whether what is predicted would pass, where that can be told: with its gradients, if the case asks for them."""
    if isinstance(predicted, Raised) or predicted.ended is not None:
        return False
    if isinstance(exhibit.seen, Answered) and (exhibit.seen.changed or exhibit.seen.altered):
        return False  # right numbers are no pass where something was overwritten
    if exhibit.case.asks == "gradients" and not exhibit.gradients:
        return False
    calls = zip(exhibit.expected.calls, predicted.calls, strict=False)
    with np.errstate(invalid="ignore", over="ignore"):
        return all(_within(call, guess) for call, guess in calls)


def _within(call: ExpectedCall, predicted: Call) -> bool:
    """Whether every tensor of a call is as the verdict asks for it."""
    if isinstance(predicted.outputs, NotAnArray) or len(predicted.outputs) != 2:  # noqa: PLR2004 -- output and h_n
        return False
    gradients = predicted.gradients if isinstance(predicted.gradients, dict) else {}
    found = dict(zip(("output", "h_n"), predicted.outputs, strict=True)) | gradients
    return all(
        isinstance(array := found.get(name), np.ndarray)
        and (array.shape, array.dtype) == (wanted.torch.shape, wanted.torch.dtype)
        and np.array_equal(np.isfinite(array), np.isfinite(wanted.torch))
        and bool(np.all(np.abs(array - wanted.truth) <= wanted.tolerance, where=np.isfinite(array)))
        for name, wanted in call.tensors.items()
    )


def shapes(observed: Answered | Raised) -> Any:
    """The shapes of the first call's outputs, or what there is instead: two that differ cannot be alike."""
    calls = _calls(observed)
    if not calls:
        return "raised"
    outputs = calls[0].outputs
    if isinstance(outputs, NotAnArray):
        return "no tuple"
    return tuple("no array" if isinstance(value, NotAnArray) else value.shape for value in outputs)


def _calls(observed: Answered | Raised) -> tuple[Call, ...]:
    return observed.calls if isinstance(observed, Answered) else ()


def _ended(observed: Answered | Raised) -> bool:
    """Whether it raised before all calls were answered."""
    return isinstance(observed, Raised) or observed.ended is not None


#: What a mistake that overwrites an argument need not change in every case: zeros that are doubled stay zeros.
_MAY_STAY = frozenset({"input", "h_0", "the upstream gradient of output", "the upstream gradient of h_n"})


def _same_purity(seen: Answered | Raised, predicted: Answered | Raised) -> bool:
    """Whether the same arguments were changed, and the same answers later on."""
    if isinstance(seen, Raised) or isinstance(predicted, Raised) or seen.ended is not None:
        return True
    changed, expected = set(seen.changed), set(predicted.changed)
    return changed <= expected and expected - changed <= _MAY_STAY and set(seen.altered) == set(predicted.altered)


def _outputs_alike(call: ExpectedCall, seen: Call, predicted: Call, *, in_float32: bool) -> bool:
    if isinstance(seen.outputs, NotAnArray) or isinstance(predicted.outputs, NotAnArray):
        return _alike_though_none(call, "output", seen.outputs, predicted.outputs)
    if len(seen.outputs) != len(predicted.outputs):
        return False
    pairs = zip(("output", "h_n"), seen.outputs, predicted.outputs, strict=False)
    return all(_close(call, name, found, guess, in_float32) for name, found, guess in pairs)


def _gradients_alike(call: ExpectedCall, seen: Call, predicted: Call, *, in_float32: bool) -> bool:
    found, guess = seen.gradients, predicted.gradients
    if not isinstance(found, dict) or not isinstance(guess, dict):
        return type(found) is type(guess) and (isinstance(found, Raised) or found == guess)
    names = [name for name in call.tensors if name not in ("output", "h_n")]
    return all(
        (name in found) == (name in guess)
        and (name not in found or _close(call, name, found[name], guess[name], in_float32))
        for name in names
    )


def _alike_though_none(call: ExpectedCall, name: str, seen: Any, predicted: Any) -> bool:
    """Whether two answers that are no arrays are of one kind, and of the same numbers where they have some."""
    if not isinstance(seen, NotAnArray) or not isinstance(predicted, NotAnArray):
        return False
    if seen.description != predicted.description or (seen.numbers is None) != (predicted.numbers is None):
        return False
    return seen.numbers is None or _close(call, name, seen.numbers, predicted.numbers, in_float32=False)


def _close(call: ExpectedCall, name: str, seen: Any, predicted: Any, in_float32: bool) -> bool:
    """Whether two tensors are the same to within rounding."""
    if not isinstance(seen, np.ndarray) or not isinstance(predicted, np.ndarray):
        return _alike_though_none(call, name, seen, predicted)
    if seen.shape != predicted.shape or seen.dtype != predicted.dtype:
        return False
    if seen.dtype.kind != "f":
        return bool(np.array_equal(seen, predicted))
    if in_float32 and not _fits_float32(seen):
        return False
    narrow = in_float32 or (seen.dtype == np.float32 and call.case.dtype == "float64")
    with np.errstate(invalid="ignore", over="ignore"):
        allowed = (1.0 if narrow else _TOLERANCES) * call.tensors[name].tolerance
        unit = _UNITS["float32" if narrow else call.case.dtype]
        finite = np.isfinite(predicted)
        largest = float(np.max(np.abs(predicted), initial=1.0, where=finite))
        allowed *= _WIDEN if narrow and call.case.dtype == "float64" else 1.0
        allowed += (_ROUNDINGS / 16 if narrow else _ROUNDINGS) * unit * largest
        near = np.abs(seen - predicted) <= allowed
        same = (seen == predicted) | (np.isnan(seen) & np.isnan(predicted))
    return bool(np.all(np.where(finite, near, same)))


def _fits_float32(array: Array) -> bool:
    """Whether every number is one that float32 has: what was computed in float32 is, and hardly anything else."""
    with np.errstate(over="ignore"):
        return bool(np.array_equal(array, array.astype(np.float32).astype(array.dtype), equal_nan=True))
