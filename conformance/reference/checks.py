"""What torch.nn.RNN refuses, in torch's order, with torch's types of error and the core of its messages."""

from __future__ import annotations

import numbers
import operator
import warnings
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

DTYPES = tuple(np.dtype(kind) for kind in (np.float32, np.float64, np.longdouble))


class Configured(Protocol):
    """What a network knows of itself when it is called."""

    input_size: int
    hidden_size: int
    num_layers: int
    batch_first: bool
    bidirectional: bool
    directions: int
    dtype: np.dtype[Any] | None


def check_construction(
    input_size: Any, hidden_size: Any, num_layers: Any, nonlinearity: Any, bias: Any, batch_first: Any, dropout: Any
) -> None:
    """Refuse the arguments that torch refuses: ValueError or TypeError.

    Beyond torch's: NotImplementedError for dropout that would have an effect.
    """
    if nonlinearity not in ("tanh", "relu"):
        raise ValueError(f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'.")
    _check_dropout(dropout, num_layers)
    for name, flag in (("bias", bias), ("batch_first", batch_first)):
        if not isinstance(flag, bool):
            raise TypeError(f"{name} should be of type bool, got: {type(flag).__name__}")
    for name, size in (("input_size", input_size), ("hidden_size", hidden_size)):
        if not isinstance(size, int):
            raise TypeError(f"{name} should be of type int, got: {type(size).__name__}")
        if size <= 0:
            raise ValueError(f"{name} must be greater than zero")
    if num_layers <= 0:
        raise ValueError("num_layers must be greater than zero")
    operator.index(num_layers)
    if isinstance(hidden_size, bool):
        raise TypeError("hidden_size must be an int, but found element of type bool")
    if dropout > 0 and num_layers > 1:
        raise NotImplementedError(
            f"dropout is {dropout} between {num_layers} layers, but should be 0: random masks are not offered"
        )


def _check_dropout(dropout: Any, num_layers: Any) -> None:
    """A probability; torch warns, and so do we, where it has no effect."""
    probability = float(dropout)
    if isinstance(dropout, bool) or not isinstance(dropout, numbers.Number) or not 0 <= probability <= 1:
        raise ValueError(
            "dropout should be a number in range [0, 1] representing the probability of an element being zeroed"
        )
    if probability > 0 and num_layers == 1:
        warnings.warn(
            "dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects num_layers "
            f"greater than 1, but got dropout={dropout} and num_layers={num_layers}",
            stacklevel=4,
        )


def check_state(state: Mapping[str, Any], shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Refuse any other names, shapes or dtypes than the network's own; RuntimeError as in torch."""
    unexpected = ", ".join(str(name) for name in state if name not in shapes)
    missing = ", ".join(name for name in shapes if name not in state)
    if missing or unexpected:
        raise RuntimeError(
            f"Error(s) in loading state_dict for RNN: missing keys: {missing or 'none'}; "
            f"unexpected keys: {unexpected or 'none'}"
        )
    for name, shape in shapes.items():
        if np.shape(state[name]) != shape:
            raise RuntimeError(f"size mismatch for {name}: its shape is {np.shape(state[name])}, but should be {shape}")
    dtypes = {np.asarray(value).dtype for value in state.values()}
    if len(dtypes) > 1 or not dtypes <= set(DTYPES):
        raise RuntimeError(
            f"The parameters' dtype is {' and '.join(sorted(map(str, dtypes)))}, "
            "but should be one of float32, float64 and longdouble"
        )


def check_call(network: Configured, input: Array, h_0: Array | None) -> None:  # noqa: A002 -- torch's own name
    """Refuse a call that torch refuses; TypeError, ValueError or RuntimeError."""
    dtype, dimensions = network.dtype, input.ndim
    if dtype is None:
        raise RuntimeError("The RNN has no parameters yet: give them to load_state_dict first")
    if dimensions not in (2, 3):
        raise ValueError(f"RNN: Expected input to be 2D or 3D, got {dimensions}D tensor instead")
    if h_0 is not None and h_0.ndim != dimensions:
        form = "unbatched 2-D" if dimensions == 2 else "batched 3-D"  # noqa: PLR2004 -- as just written
        raise RuntimeError(f"For {form} input, hx should also be {dimensions}-D but got {h_0.ndim}-D tensor")
    if input.dtype != dtype:
        raise ValueError(
            f"RNN input dtype ({input.dtype}) does not match weight dtype ({dtype}). Convert input: "
            f"input.astype({str(dtype)!r}), or load the parameters as {input.dtype}"
        )
    if input.shape[-1] != network.input_size:
        raise RuntimeError(
            f"input.size(-1) must be equal to input_size. Expected {network.input_size}, got {input.shape[-1]}"
        )
    _check_sizes(network, input.shape, None if h_0 is None else h_0.shape)
    if h_0 is not None and h_0.dtype != dtype:
        raise RuntimeError(f"mat1 and mat2 must have the same dtype, but got {h_0.dtype} (h_0) and {dtype} (weights)")


def _check_sizes(network: Configured, shape: tuple[int, ...], h_0: tuple[int, ...] | None) -> None:
    """The shape of h_0, then the arguments that torch itself notices only here, then the length of the sequence."""
    if len(shape) == 2:  # noqa: PLR2004 -- torch puts the batch axis in before it looks at sizes
        seq_len, batch_size, h_0 = shape[0], 1, h_0 and (h_0[0], 1, h_0[1])
    else:
        batch_size, seq_len = shape[:2] if network.batch_first else shape[1::-1]
    expected = (network.num_layers * network.directions, batch_size, network.hidden_size)
    if h_0 is not None and h_0 != expected:
        raise RuntimeError(f"Expected hidden size {expected}, got {list(h_0)}")
    if not isinstance(network.bidirectional, bool) or isinstance(network.num_layers, bool):
        raise TypeError(
            "rnn() received an invalid combination of arguments: bidirectional should be a bool and num_layers an int, "
            f"but got {network.bidirectional!r} and {network.num_layers!r}"
        )
    if seq_len == 0:
        raise RuntimeError("Expected sequence length to be larger than 0 in RNN")


def check_upstream(results: Mapping[str, tuple[int, ...]], dtype: np.dtype[Any] | None, **upstream: Array) -> None:
    """Refuse upstream gradients unlike the latest forward's results, by name, in shape or dtype; RuntimeError."""
    if not results:
        raise RuntimeError("backward refers to the latest forward, but there was none since the parameters were loaded")
    for name, gradient in upstream.items():
        if gradient.shape != results[name]:
            raise RuntimeError(
                f"Mismatch in shape: grad_{name} has a shape of {gradient.shape} and {name} has a shape of "
                f"{results[name]}"
            )
        if gradient.dtype != dtype:
            raise RuntimeError(f"grad_{name}'s dtype is {gradient.dtype}, but should be that of {name}, {dtype}")
