"""Mistakes with shapes and with what is handed over: axes, dtypes, and arrays that are not one's own."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from conformance.faults.fault import Chapter
from conformance.reference import RNN, Array

CHAPTER = Chapter("forward")
fault = CHAPTER.fault

#: Makes noise that differs from call to call and from object to object, yet is the same in every run.
_CALLS = itertools.count(1)


@fault(
    "batch-first-ignored",
    "batch_first is accepted and ignored: input is read as (seq_len, batch_size, input_size) always.",
    hint="With batch_first=True input and output are (batch_size, seq_len, ...); h_0 and h_n stay as they are.",
)
class BatchFirstIgnored(RNN):
    def __init__(self, *sizes: Any, batch_first: bool = False, **arguments: Any) -> None:  # noqa: ARG002
        super().__init__(*sizes, **arguments)


@fault(
    "default-batch-first",
    "batch_first is True by default, but should be False.",
    hint="The constructor's default: batch_first=False, so that input is (seq_len, batch_size, input_size).",
)
class DefaultBatchFirst(RNN):
    def __init__(self, *sizes: Any, **arguments: Any) -> None:
        super().__init__(*sizes, **{"batch_first": True} | arguments)


@fault(
    "batch-first-applied-to-h0",
    "With batch_first h_0 is read as (batch_size, num_layers * directions, hidden_size), and what does not fit "
    "{unfit}; it is not batch-first ever.",
    hint="h_0 is (num_layers * directions, batch_size, hidden_size), whatever batch_first says.",
    unfit=("is refused", "is broadcast"),
)
class BatchFirstAppliedToH0(RNN):
    unfit: str

    def _layout_in(self, input: Array, h_0: Array | None) -> tuple[Array, Array | None]:  # noqa: A002
        if h_0 is not None and self.batched and self.batch_first:
            swapped = h_0.swapaxes(0, 1)
            if swapped.shape != h_0.shape and self.unfit == "is refused":
                raise RuntimeError(f"Expected hidden size {swapped.shape}, got {list(h_0.shape)}")
            h_0 = swapped
        return super()._layout_in(input, h_0)


@fault(
    "unbatched-time-taken-as-batch",
    "Unbatched input is taken for one time step of a batch: its time steps become sequences.",
    hint="Where a batch axis is put into 2-D input (seq_len, input_size): as axis 1, not as axis 0.",
)
class UnbatchedTimeTakenAsBatch(RNN):
    def _time_major(self, sequence: Array) -> Array:
        return super()._time_major(sequence) if self.batched else sequence[np.newaxis]

    def _as_called(self, sequence: Array) -> Array:
        return super()._as_called(sequence) if self.batched else sequence[0]

    def _without_batch(self, states: Array) -> Array:
        return states


@fault(
    "batch-first-output-not-restored",
    "With batch_first output stays (seq_len, batch_size, ...), but should be (batch_size, seq_len, ...).",
    hint="Swap the first two axes of output back at the end.",
)
class BatchFirstOutputNotRestored(RNN):
    def _layout_out(self, output: Array, h_n: Array) -> tuple[Array, Array]:
        output, h_n = super()._layout_out(output, h_n)
        return (output.swapaxes(0, 1) if self.batched and self.batch_first else output), h_n


@fault(
    "batch-first-applied-to-hn",
    "With batch_first h_n is (batch_size, num_layers * directions, hidden_size); it is not batch-first ever.",
    hint="h_n is (num_layers * directions, batch_size, hidden_size), whatever batch_first says.",
)
class BatchFirstAppliedToHn(RNN):
    def _layout_out(self, output: Array, h_n: Array) -> tuple[Array, Array]:
        output, h_n = super()._layout_out(output, h_n)
        return output, h_n.swapaxes(0, 1) if self.batched and self.batch_first else h_n


@fault(
    "output-reversed-in-time",
    "Output is returned last time step first.",
    hint="States that are put in front of the list, or a flip that is not undone.",
)
class OutputReversedInTime(RNN):
    def _layout_out(self, output: Array, h_n: Array) -> tuple[Array, Array]:
        return super()._layout_out(output[::-1], h_n)


@fault(
    "output-from-first-layer",
    "Output is the first layer's, but should be the last's.",
    hint="What is collected as output: the states of layer num_layers - 1.",
)
class OutputFromFirstLayer(RNN):
    def _layout_out(self, output: Array, h_n: Array) -> tuple[Array, Array]:
        return super()._layout_out(output if len(self.scans) == 1 else self._join(self.scans[0]), h_n)


@fault(
    "unbatched-keeps-batch-axis",
    "For unbatched input {keeping} a batch axis of size 1.",
    hint="2-D input gives 2-D output (seq_len, ...) and 2-D h_n (num_layers * directions, hidden_size).",
    keeping=("output and h_n keep", "output keeps", "h_n keeps"),
)
class UnbatchedKeepsBatchAxis(RNN):
    keeping: str

    def _layout_out(self, output: Array, h_n: Array) -> tuple[Array, Array]:
        output, h_n = super()._layout_out(output, h_n)
        if self.batched:
            return output, h_n
        return (
            output[:, np.newaxis] if "output" in self.keeping else output,
            h_n[:, np.newaxis] if "h_n" in self.keeping else h_n,
        )


@fault(
    "features-before-batch",
    "The features stand before the batch in output and h_n, but should stand last.",
    hint="Columns for samples: transpose the last two axes at the end.",
)
class FeaturesBeforeBatch(RNN):
    def _layout_out(self, output: Array, h_n: Array) -> tuple[Array, Array]:
        output, h_n = super()._layout_out(output, h_n)
        return (output.swapaxes(-1, -2), h_n.swapaxes(-1, -2)) if self.batched else (output, h_n)


@fault(
    "hn-without-layer-axis",
    "With one layer and one direction h_n lacks its first axis, of size 1.",
    hint="h_n is (num_layers * directions, batch_size, hidden_size), also where num_layers * directions is 1.",
)
class HnWithoutLayerAxis(RNN):
    def _layout_out(self, output: Array, h_n: Array) -> tuple[Array, Array]:
        output, h_n = super()._layout_out(output, h_n)
        return output, h_n[0] if self.num_layers * self.directions == 1 else h_n


@fault(
    "output-trailing-axis",
    "Output has a further axis of size 1 at its end.",
    hint="States kept as columns (hidden_size, 1) that were never flattened.",
)
class OutputTrailingAxis(RNN):
    def _layout_out(self, output: Array, h_n: Array) -> tuple[Array, Array]:
        output, h_n = super()._layout_out(output, h_n)
        return output[..., np.newaxis], h_n


@fault(
    "squeeze-drops-size-one-axes",
    "Axes of size 1 are dropped from output and h_n, whatever they stand for.",
    hint="squeeze() without an axis: name the one axis that is to go.",
)
class SqueezeDropsSizeOneAxes(RNN):
    def _layout_out(self, output: Array, h_n: Array) -> tuple[Array, Array]:
        output, h_n = super()._layout_out(output, h_n)
        return np.squeeze(output), np.squeeze(h_n)


@fault(
    "nondeterministic",
    "The same call gives another answer each time.",
    hint="A random number that is drawn in forward (an initial state, a mask), memory that is never written, or "
    "something kept on the class, the module or a default argument.",
)
class Nondeterministic(RNN):
    def _layout_out(self, output: Array, h_n: Array) -> tuple[Array, Array]:
        output, h_n = super()._layout_out(output, h_n)
        return output + np.asarray(1e-3 * np.sin(next(_CALLS)), output.dtype), h_n


@fault(
    "h0-modified",
    "The caller's h_0 is overwritten.",
    hint="h = h_0 is the same array, not a copy; an update in place reaches the caller's.",
)
class H0Modified(RNN):
    def forward(self, input: Array, h_0: Array | None = None) -> tuple[Array, Array]:  # noqa: A002
        output, h_n = super().forward(input, h_0)
        if h_0 is not None:
            h_0[...] = np.asarray(h_n).reshape(h_0.shape)
        return output, h_n


@fault(
    "input-modified",
    "The caller's input is overwritten.",
    hint="An update in place (x += ..., x[...] = ...) of the argument itself; work on a copy.",
)
class InputModified(RNN):
    def forward(self, input: Array, h_0: Array | None = None) -> tuple[Array, Array]:  # noqa: A002
        results = super().forward(input, h_0)
        np.negative(input, out=input)  # another bit in every number, also in zeros and infinities
        return results


@fault(
    "returns-wrong-dtype",
    "Whatever the dtype of its input, it returns {dtype_returned}.",
    hint="An array that is made without dtype=input.dtype.",
    dtype_returned=("float32", "float64"),
)
class ReturnsWrongDtype(RNN):
    dtype_returned: str

    def forward(self, input: Array, h_0: Array | None = None) -> Any:  # noqa: A002
        return tuple(result.astype(self.dtype_returned) for result in super().forward(input, h_0))

    def backward(self, grad_output: Array, grad_h_n: Array) -> dict[str, Array]:
        upstream = (grad_output.astype(self.dtype), grad_h_n.astype(self.dtype))
        return {name: g.astype(self.dtype_returned) for name, g in super().backward(*upstream).items()}


@fault(
    "returns-list",
    "It returns lists, but should return arrays.",
    hint="np.array(...) or np.stack(...) around the lists of states.",
)
class ReturnsList(RNN):
    def forward(self, input: Array, h_0: Array | None = None) -> Any:  # noqa: A002
        output, h_n = super().forward(input, h_0)
        return output.tolist(), h_n.tolist()


@fault(
    "returns-output-only",
    "forward returns output alone, but should return output and h_n.",
    hint="return output, h_n",
)
class ReturnsOutputOnly(RNN):
    def forward(self, input: Array, h_0: Array | None = None) -> Any:  # noqa: A002
        return super().forward(input, h_0)[0]


@fault(
    "biases-swapped",
    "b_ih and b_hh are swapped.",
    hint="Nowhere: they are only ever added to each other.",
    equivalent="a is the sum of both, and both have the same gradient, so no call can tell",
)
class BiasesSwapped(RNN):
    def _both_biases(self, scan: Any) -> Array:
        return self._bias_hh(scan) + self._bias_ih(scan)


@fault(
    "relu-negative-zero",
    "relu gives -0.0 below zero.",
    hint="Nowhere: 0.0 and -0.0 are equal.",
    equivalent="the sign of a zero is not compared: torch's own depends on which kernel ran",
)
class ReluNegativeZero(RNN):
    def _activate(self, a: Array) -> None:
        super()._activate(a)
        if self.nonlinearity == "relu":
            a[a == 0] = -0.0
