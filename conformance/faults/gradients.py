"""Mistakes on the way back through layers and time: what is handed down, carried, and multiplied by which slope."""

from __future__ import annotations

import numpy as np

from conformance.faults.fault import Chapter
from conformance.reference import RNN, Array, Scan

CHAPTER = Chapter("gradients")
fault = CHAPTER.fault


@fault(
    "stale-cache-in-backward",
    "backward uses what an earlier call stored: its cache is renewed only when the sizes change.",
    hint="What backward needs must be stored anew in every forward, not appended or kept.",
)
class StaleCacheInBackward(RNN):
    stored: tuple[tuple[Array, Array], ...] = ()

    def forward(self, input: Array, h_0: Array | None = None) -> tuple[Array, Array]:  # noqa: A002
        results = super().forward(input, h_0)
        scans = self.each_scan()
        if not self.stored or self.stored[0][0].shape != scans[0].x.shape:
            self.stored = tuple((scan.x.copy(), scan.h.copy()) for scan in scans)
        return results

    def backward(self, grad_output: Array, grad_h_n: Array) -> dict[str, Array]:
        for scan, (x, h) in zip(self.each_scan(), self.stored, strict=True):
            scan.x, scan.h[...] = x, h
        return super().backward(grad_output, grad_h_n)


@fault(
    "grad-upstream-ignored",
    "backward ignores the upstream gradient of output.",
    hint="At each step the gradient of h is the upstream gradient of output there plus what is carried back.",
)
class GradUpstreamIgnored(RNN):
    def _layout_upstream(self, grad_output: Array, grad_h_n: Array) -> tuple[Array, Array]:
        return super()._layout_upstream(np.zeros_like(grad_output), grad_h_n)


@fault(
    "grad-hn-ignored",
    "backward ignores the upstream gradient of h_n.",
    hint="What is carried back begins, for each layer and direction, with its row of the upstream gradient of h_n.",
)
class GradHnIgnored(RNN):
    def _layout_upstream(self, grad_output: Array, grad_h_n: Array) -> tuple[Array, Array]:
        return super()._layout_upstream(grad_output, np.zeros_like(grad_h_n))


@fault(
    "grad-output-last-step-only",
    "Of the upstream gradient of output, backward uses the last time step alone.",
    hint="Every time step of output has a gradient; add it where the loop passes that step.",
)
class GradOutputLastStepOnly(RNN):
    def _layout_upstream(self, grad_output: Array, grad_h_n: Array) -> tuple[Array, Array]:
        dy, dh_n = super()._layout_upstream(grad_output, grad_h_n)
        last = np.zeros_like(dy)
        last[-1] = dy[-1]
        return last, dh_n


@fault(
    "grad-incoming-ignored",
    "A step's backward is the slope of the nonlinearity alone: nothing of the gradient that reaches its state enters.",
    hint="da_t = dh_t * (1 - h_t^2) for tanh, where dh_t is the upstream gradient plus what the next step hands back.",
)
class GradIncomingIgnored(RNN):
    def _slope_times(self, slope: Array, g: Array) -> None:
        pass


@fault(
    "grad-reverse-not-reversed",
    "For the reverse direction, backward does not turn {unturned} along time.",
    hint="The reverse direction's own order of time runs from the last step to the first, in backward too.",
    unturned=("the upstream gradient", "the gradient of its input", "either gradient"),
)
class GradReverseNotReversed(RNN):
    unturned: str

    def _upstream(self, scan: Scan, part: Array) -> Array:
        return super()._upstream(scan, part) if self.unturned == "the gradient of its input" else part

    def _input_part(self, scan: Scan) -> Array:
        rows = super()._input_part(scan)
        if self.unturned == "the upstream gradient":
            return rows
        return scan.turn(rows.reshape(scan.x.shape)).reshape(rows.shape)


@fault(
    "grad-accumulated-across-layers",
    "What is carried back is not reset between layers: each layer begins with what the one above it ended with.",
    hint="The carried gradient of a layer begins with its own row of the upstream gradient of h_n.",
)
class GradAccumulatedAcrossLayers(RNN):
    def _run_back(self, scan: Scan) -> None:
        layer = next(number for number, scans in enumerate(self.scans) if scan in scans)
        if layer + 1 < len(self.scans):
            scan.dh_n = scan.dh_n + self.scans[layer + 1][self.scans[layer].index(scan)].dh_0
        super()._run_back(scan)


@fault(
    "grad-through-time-missing",
    "The gradient is not carried from a time step to the one before it.",
    hint="In the loop backwards over time: dh of step t has a part da_{t+1} @ weight_hh; detach() of a state cuts it.",
)
class GradThroughTimeMissing(RNN):
    at_last_step: bool

    def _run_back(self, scan: Scan) -> None:
        self.at_last_step = True
        super()._run_back(scan)

    def _step_back(self, dy: Array, da: Array, carry: Array, weight_hh: Array) -> None:
        if not self.at_last_step:
            carry[...] = 0.0
        self.at_last_step = False
        super()._step_back(dy, da, carry, weight_hh)


STEPS = (5, 1, 2, 3, 4, 6, 7, 8, 10, 16, 20, 32, 35, 50)


@fault(
    "grad-truncated",
    "Backpropagation through time is cut off: {cut}.",
    hint="A limit on the loop backwards over time, or a detach() of the state; torch goes back to the first step.",
    cut=(
        *(f"after {k} {'step' if k == 1 else 'steps'}" for k in STEPS),
        *(f"between chunks of {k} steps" for k in STEPS if k > 1),
    ),
)
class GradTruncated(RNN):
    cut: str
    steps_left: int

    @property
    def length(self) -> int:
        """The number in `cut`."""
        return int(self.cut.split()[-2])

    def _run_back(self, scan: Scan) -> None:
        self.steps_left = len(scan.da)
        if self.cut.startswith("between") or len(scan.da) <= self.length:
            super()._run_back(scan)
        else:
            self._run_back_in_windows(scan)

    def _step_back(self, dy: Array, da: Array, carry: Array, weight_hh: Array) -> None:
        if (
            self.cut.startswith("between")
            and self.steps_left % self.length == 0
            and self.steps_left < len(self.scans[0][0].da)
        ):
            carry[...] = 0.0
        self.steps_left -= 1
        super()._step_back(dy, da, carry, weight_hh)

    def _run_back_in_windows(self, scan: Scan) -> None:
        """What each upstream gradient adds, one step further back at a time, for all of them at once."""
        weight_hh = self._weight_hh(scan)
        self._slopes(scan)
        slopes, g = scan.da.copy(), np.array(scan.dy)
        g[-1] += scan.dh_n
        scan.da[...], scan.dh_0[...] = 0.0, 0.0
        for back in range(self.length + 1):
            part = slopes.copy()
            self._slope_times(part, g)
            scan.da += part
            carried = part @ weight_hh
            if back < self.length:
                scan.dh_0 += carried[0]
            g = np.concatenate([carried[1:], np.zeros_like(carried[:1])])


@fault(
    "grad-last-step-skipped",
    "The loop backwards over time leaves out the last step.",
    hint="reversed(range(seq_len)) begins with seq_len - 1.",
)
class GradLastStepSkipped(RNN):
    to_be_skipped: bool

    def _run_back(self, scan: Scan) -> None:
        self.to_be_skipped = True
        super()._run_back(scan)

    def _step_back(self, dy: Array, da: Array, carry: Array, weight_hh: Array) -> None:
        if not self.to_be_skipped:
            super()._step_back(dy, da, carry, weight_hh)
            return
        self.to_be_skipped = False
        da[...] = 0.0


@fault(
    "grad-weight-hh-not-transposed",
    "The gradient is carried back through weight_hh transposed.",
    hint="Forward has h @ weight_hh.T, so the way back is da @ weight_hh.",
)
class GradWeightHhNotTransposed(RNN):
    def _weight_hh(self, scan: Scan) -> Array:
        return super()._weight_hh(scan).T


@fault(
    "grad-nonlinearity-at-wrong-value",
    "The slope of the nonlinearity is taken {taken}.",
    hint="tanh'(a_t) is 1 - tanh(a_t)^2, which is 1 - h_t^2.",
    taken=("at h_t, as if that were a_t", "at the state before, h_{t-1}"),
)
class GradNonlinearityAtWrongValue(RNN):
    taken: str

    def _slopes(self, scan: Scan) -> None:
        if self.taken.startswith("at the state before"):
            self._slope(scan.h[:-1], scan.da)
        elif self.nonlinearity == "tanh":
            self._slope(np.tanh(scan.h[1:]), scan.da)
        else:
            super()._slopes(scan)


@fault(
    "grad-relu-at-zero",
    "relu's slope is 1 where a is exactly 0, but should be 0 there.",
    hint="a > 0, not a >= 0.",
)
class GradReluAtZero(RNN):
    def _slopes(self, scan: Scan) -> None:
        super()._slopes(scan)
        if self.nonlinearity == "relu":
            weight_ih, weight_hh = self._weight_ih(scan), self._weight_hh(scan)
            a = scan.x @ weight_ih.T + scan.h[:-1] @ weight_hh.T
            if self.bias:
                a += self._both_biases(scan)
            scan.da[a == 0] = 1.0


@fault(
    "grad-relu-stops-nan",
    "relu's slope is 0 where a is NaN, but torch lets the gradient pass there.",
    hint="A mask a > 0 is false for NaN; torch stops the gradient only where h <= 0.",
)
class GradReluStopsNan(RNN):
    def _slopes(self, scan: Scan) -> None:
        super()._slopes(scan)
        if self.nonlinearity == "relu":
            scan.da[np.isnan(scan.h[1:])] = 0.0


@fault(
    "grad-relu-missing",
    "backward takes relu's slope for 1 everywhere.",
    hint="Where relu gave 0, no gradient passes.",
)
class GradReluMissing(RNN):
    def _slopes(self, scan: Scan) -> None:
        super()._slopes(scan)
        if self.nonlinearity == "relu":
            scan.da[...] = 1.0


@fault(
    "grad-nonlinearity-missing",
    "backward leaves out the slope of the nonlinearity.",
    hint="da_t = dh_t * (1 - h_t^2) for tanh; for relu dh_t where h_t > 0.",
)
class GradNonlinearityMissing(RNN):
    def _slopes(self, scan: Scan) -> None:
        scan.da[...] = 1.0


@fault(
    "grad-directions-not-summed",
    "The gradient of a bidirectional layer's input is {kept_direction}'s part alone.",
    hint="Both directions read the input: add what each gives.",
    kept_direction=("the forward direction", "the reverse direction"),
)
class GradDirectionsNotSummed(RNN):
    kept_direction: str

    def _input_gradient(self, layer: list[Scan]) -> Array:
        return super()._input_gradient(layer[:1] if self.kept_direction == "the forward direction" else layer[-1:])


@fault(
    "grad-layers-weights-missing",
    "A layer hands down {handed} without the product with its weight_ih.",
    hint="The gradient of a layer's input is da @ weight_ih; that is the upstream gradient of the layer below.",
    handed=("its upstream gradient", "its da"),
)
class GradLayersWeightsMissing(RNN):
    handed: str

    def _input_gradient(self, layer: list[Scan]) -> Array:
        if layer is self.scans[0]:
            return super()._input_gradient(layer)
        kind = "dy" if self.handed == "its upstream gradient" else "da"
        return np.concatenate([scan.turn(getattr(scan, kind)) for scan in layer], axis=2)


@fault(
    "grad-lower-layers-missing",
    "Nothing is handed down: layers below the last get no gradient from it.",
    hint="The gradient of a layer's input is the upstream gradient of the layer below; detach() between them stops it.",
)
class GradLowerLayersMissing(RNN):
    def _input_gradient(self, layer: list[Scan]) -> Array:
        gradient = super()._input_gradient(layer)
        return gradient if layer is self.scans[0] else np.zeros_like(gradient)
