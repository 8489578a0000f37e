"""torch.nn.RNN from its equations, in NumPy: the forward pass and every gradient, one short method for each step.

A layer reads a sequence x_0 ... x_{T-1} and makes a state at every step from the state before it:

    a_t = x_t W_ih^T + b_ih + h_{t-1} W_hh^T + b_hh        h_t = f(a_t), f tanh or relu

h_{-1} is the initial state. A bidirectional layer has a second set of parameters that reads the sequence from its end;
its states are put beside the others', each at the time of the input it has just read. The next layer reads what that
gives; output is what the last layer gives, and h_n the state in which each scan (one direction of one layer) stopped.

The gradients go the same way back. Let g_t be the derivative of the loss by h_t, and da_t that by a_t:

    g_t  = dy_t + da_{t+1} W_hh        dy_t from the layer above; at the last step dh_n stands for the second term
    da_t = g_t (1 - h_t^2) for tanh;   for relu g_t, but 0 where h_t <= 0
    dx_t = da_t W_ih                   summed over both directions; dy of the layer below
    dh_0 = da_0 W_hh
    dW_ih = sum_t da_t^T x_t           dW_hh = sum_t da_t^T h_{t-1}           db_ih = db_hh = sum_t da_t

Shapes: T steps, B samples, I input_size, H hidden_size, L num_layers, D 2 if bidirectional, else 1. Names and order of
the parameters are torch's, and so are the special cases: relu(NaN) is NaN, and 0 times infinity is NaN, never skipped.
"""

from __future__ import annotations

import numpy as np

from conformance.reference.checks import check_call, check_upstream
from conformance.reference.network import Array, Network, Scan
from conformance.reference.sums import column_sums, product

__all__ = ["RNN", "Array", "Scan"]

#: Like torch, say nothing of overflow or of infinity less infinity: the results show it.
quiet = np.errstate(all="ignore")


class RNN(Network):
    """An Elman network with torch.nn.RNN's arguments, names, results, gradients and errors, but no random dropout."""

    # ---- forward

    @quiet
    def forward(self, input: Array, h_0: Array | None = None) -> tuple[Array, Array]:  # noqa: A002 -- torch's own name
        """Output (T, B, D*H), with batch_first (B, T, D*H), and h_n (L*D, B, H); no B axis where input has none.

        Raises what torch raises for what torch refuses. Both results are the caller's to keep and to change.
        """
        check_call(self, input, h_0)
        self.batched, self.h_0_given = input.ndim == 3, h_0 is not None  # noqa: PLR2004 -- (T, B, I)
        x, initial = self._layout_in(input, h_0)
        self.make_room(x.shape[0], x.shape[1])
        self._start(initial)
        for layer in self.scans:
            x = self._run_layer(layer, x)
        output, h_n = self._layout_out(x, self._final_states())
        self.result_shapes = {"output": output.shape, "h_n": h_n.shape}
        return output, h_n

    def _layout_in(self, input: Array, h_0: Array | None) -> tuple[Array, Array | None]:  # noqa: A002
        """Input as (T, B, I), copied because backward needs it as it is now, and h_0 as (L*D, B, H)."""
        return np.array(self._time_major(input), order="C"), None if h_0 is None else self._with_batch(h_0)

    def _start(self, initial: Array | None) -> None:
        """Every scan's initial state: its own of (L*D, B, H), layer by layer, or zeros."""
        for index, scan in enumerate(self.each_scan()):
            scan.h[0] = 0.0 if initial is None else initial[index]

    def _run_layer(self, layer: list[Scan], x: Array) -> Array:
        """What a layer gives (T, B, D*H) for what it reads (T, B, n)."""
        for scan in layer:
            scan.x = scan.turn(x)
            self._read_input(scan)
            self._run(scan)
        return self._join(layer)

    def _read_input(self, scan: Scan) -> None:
        """What the input adds to a, x W_ih^T and both biases, for all steps in one product, kept where h will stand."""
        product(scan.rows(scan.x), self._weight_ih_t(scan), scan.states)
        if self.bias:
            np.add(scan.states, self._both_biases(scan), out=scan.states)

    def _run(self, scan: Scan) -> None:
        """Every step of one scan."""
        weight_hh_t = self._weight_hh_t(scan)
        for before, state in scan.steps:
            self._step(before, state, weight_hh_t)

    def _step(self, before: Array, state: Array, weight_hh_t: Array) -> None:
        """Make h_t, in place, of what the input adds to a_t, given h_{t-1}; both (B, H)."""
        state += self.step_product(before, weight_hh_t)
        self._activate(state)

    def _activate(self, a: Array) -> None:
        """Make h of a, in place."""
        if self.nonlinearity == "tanh":
            np.tanh(a, out=a)
        else:
            np.maximum(a, self.zero, out=a)

    def _join(self, layer: list[Scan]) -> Array:
        """Both directions' states side by side in a new (T, B, D*H)."""
        return np.concatenate([self._states(scan) for scan in layer], axis=2)

    def _states(self, scan: Scan) -> Array:
        """One scan's states (T, B, H), each at the time of the input it has just read."""
        return scan.turn(scan.h[1:])

    def _final_states(self) -> Array:
        """Every scan's last state, layer by layer, in a new (L*D, B, H)."""
        return np.array([self._final_state(scan) for scan in self.each_scan()])

    def _final_state(self, scan: Scan) -> Array:
        """The state (B, H) in which one scan stopped."""
        last: Array = scan.h[-1]
        return last

    def _layout_out(self, output: Array, h_n: Array) -> tuple[Array, Array]:
        """Both as the caller laid out input and h_0."""
        return self._as_called(output), self._without_batch(h_n)

    # ---- backward

    @quiet
    def backward(self, grad_output: Array, grad_h_n: Array) -> dict[str, Array]:
        """Gradients of the latest forward's input, h_0 (where it was given) and parameters, each shaped as these.

        Raises RuntimeError without a forward, and for upstream gradients that are not shaped as output and h_n.
        """
        check_upstream(self.result_shapes, self.dtype, output=grad_output, h_n=grad_h_n)
        gradients = dict(self.parameters)  # torch's order; every value is overwritten below
        dy, dh_n = self._layout_upstream(grad_output, grad_h_n)
        self._start_back(dh_n)
        for layer in reversed(self.scans):
            for scan, part in zip(layer, self._split(dy), strict=True):
                scan.dy = self._upstream(scan, part)
                self._run_back(scan)
                gradients |= self._parameter_gradients(scan)
            dy = self._input_gradient(layer)
        return self._layout_gradients(dy, self._initial_gradients()) | gradients

    def _layout_upstream(self, grad_output: Array, grad_h_n: Array) -> tuple[Array, Array]:
        """The upstream gradients as (T, B, D*H) and (L*D, B, H)."""
        return self._time_major(grad_output), self._with_batch(grad_h_n)

    def _start_back(self, dh_n: Array) -> None:
        """The upstream gradient of every scan's last state, layer by layer."""
        for index, scan in enumerate(self.each_scan()):
            scan.dh_n = dh_n[index]

    def _split(self, dy: Array) -> list[Array]:
        """Each direction's part (T, B, H) of (T, B, D*H)."""
        return [dy[:, :, i * self.hidden_size : (i + 1) * self.hidden_size] for i in range(self.directions)]

    def _upstream(self, scan: Scan, part: Array) -> Array:
        """The upstream gradient of one scan's states, in the scan's own order of time."""
        return scan.turn(part)

    def _run_back(self, scan: Scan) -> None:
        """Every step of one scan, from the last to the first; what is carried beyond the first is dh_0."""
        weight_hh = self._weight_hh(scan)
        self._slopes(scan)
        scan.dh_0[...] = scan.dh_n
        for dy, da in zip(scan.dy[::-1], scan.steps_back, strict=True):
            self._step_back(dy, da, scan.dh_0, weight_hh)

    def _step_back(self, dy: Array, da: Array, carry: Array, weight_hh: Array) -> None:
        """Make da_t of f'(a_t), and of the carry to step t the carry to the step before, in place; all (B, H)."""
        carry += dy
        self._slope_times(da, carry)
        self.step_product(da, weight_hh, carry)

    def _slopes(self, scan: Scan) -> None:
        """Every f'(a) of one scan, kept where da will stand."""
        self._slope(scan.h[1:], scan.da)

    def _slope(self, h: Array, out: Array) -> None:
        """f'(a), told from h = f(a): 1 - h^2 for tanh; for relu 0 where h <= 0, else 1, also where h is NaN."""
        if self.nonlinearity == "tanh":
            np.multiply(h, h, out=out)
        else:
            np.less_equal(h, self.zero, out=out)
        np.subtract(self.one, out, out=out)

    def _slope_times(self, slope: Array, g: Array) -> None:
        """Make f'(a) g of f'(a), in place; where relu is flat that is 0 even for an infinite g."""
        if self.nonlinearity == "tanh":
            slope *= g
        else:
            np.copyto(slope, g, where=slope != self.zero)

    def _parameter_gradients(self, scan: Scan) -> dict[str, Array]:
        """Gradients of one scan's parameters, by name: each a sum over all steps and samples."""
        da = scan.rows(scan.da)
        weights = [product(da.T, scan.rows(scan.x)), product(da.T, scan.rows(self._states_before(scan)))]
        bias = self._bias_gradient(scan)  # where there are no biases it has no name, and is left out
        return dict(zip(scan.names, [*weights, bias, bias.copy()], strict=False))

    def _states_before(self, scan: Scan) -> Array:
        """The state (T, B, H) that each step of one scan started from."""
        return scan.h[:-1]

    def _bias_gradient(self, scan: Scan) -> Array:
        """(H): the same for both biases."""
        return column_sums(scan.rows(scan.da))

    def _input_gradient(self, layer: list[Scan]) -> Array:
        """The gradient (T, B, n) of a layer's input, which all its directions read."""
        parts = [self._input_part(scan) for scan in layer]
        total: Array = parts[0] if len(parts) == 1 else parts[0] + parts[1]
        return total.reshape(layer[0].x.shape)

    def _input_part(self, scan: Scan) -> Array:
        """What one scan adds to it, as rows (T*B, n) in natural order."""
        return product(scan.rows(scan.da), self._weight_ih(scan))

    def _initial_gradients(self) -> Array:
        """The gradient of every scan's initial state, layer by layer, in a new (L*D, B, H)."""
        return np.array([scan.dh_0 for scan in self.each_scan()])

    def _layout_gradients(self, dx: Array, dh_0: Array) -> dict[str, Array]:
        """Both as the caller laid out input and h_0; h_0 only where it was given."""
        gradients = {"input": self._as_called(dx)}
        if self.h_0_given:
            gradients["h_0"] = self._without_batch(dh_0)
        return gradients
