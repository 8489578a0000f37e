"""Cells put together: layers of one or two, run with time outermost where the directions allow it.

A sequence here is a list over time of column matrices (features, batch_size).
"""

import numpy as np


class Layer:
    """The cells of one layer: the forward one, and the reverse one if there is one."""

    def __init__(self, cells, faults, *, first, last):
        self.cells = cells
        self.faults = faults
        self.first = first
        self.last = last

    def acts(self, fault, *, final):
        """Whether a fault with the values "in every layer" and "in output" acts on this layer's output.

        `final`: on the output that is handed back, not on the one that the next layer reads.
        """
        return fault in self.faults and (final or self.faults[fault] == "in every layer")

    def times(self, direction, length):
        """Natural times in the order in which a cell reads them."""
        turned = direction == 1 and "reverse-not-reversed" not in self.faults
        return list(reversed(range(length))) if turned else list(range(length))

    def run(self, sequence):
        """Every cell over the whole sequence."""
        for direction, cell in enumerate(self.cells):
            for time in self.times(direction, len(sequence)):
                cell.step(sequence[time])

    # Its output, from the states that the cells keep.

    def output(self, *, final):
        """The layer's output, as the next layer reads it or (final) as it is handed back."""
        halves = [self.half(direction, final=final) for direction in range(len(self.cells))]
        return [self.join(list(states), final=final) for states in zip(*halves)]

    def half(self, direction, *, final):
        """One direction's states in natural order of time."""
        cell = self.cells[direction]
        states = list(cell.states)
        if self.acts("output-aliases-last-state", final=final):
            states = [states[-1]] * len(states)
        if self.acts("output-shifted", final=final):
            states = [cell.start, *states[:-1]]
        if final and "output-includes-h0" in self.faults:
            states = [cell.start, *states]
        turned = direction == 1 and "reverse-not-reversed" not in self.faults
        if turned and not self.acts("reverse-not-restored", final=final):
            states.reverse()
        return states

    def join(self, states, *, final):
        """The column of one time step from the states of its directions."""
        if len(states) == 1:
            return states[0]
        if "reverse-overwrites-output" in self.faults:
            if self.faults["reverse-overwrites-output"] == "one half only":
                return states[1]
            states = [states[1], np.zeros_like(states[0])]
        if self.acts("directions-swapped", final=final):
            states.reverse()
        if "directions-summed" in self.faults:
            total = states[0] + states[1]
            return total / 2 if self.faults["directions-summed"] == "mean" else total
        if self.acts("directions-interleaved-without-transpose", final=final):
            rows = np.stack([state.T for state in states])
            return rows.reshape(rows.shape[1], -1).T
        return np.concatenate(states)

    # Back.

    def back(self, upstream):
        """The way back through every cell, over the whole sequence; returns the gradient of what the layer read."""
        das, dxs = [], []
        for direction, cell in enumerate(self.cells):
            da, dx = self.back_through(direction, cell, self.share(upstream, direction))
            das.append(da)
            dxs.append(dx)
        return [self.hand_down(upstream[t], [da[t] for da in das], [dx[t] for dx in dxs]) for t in range(len(upstream))]

    def share(self, upstream, direction):
        """One direction's rows of the upstream gradient, in the cell's own order of time."""
        size = len(self.cells[direction].start)
        rows = [column[direction * size : (direction + 1) * size] for column in upstream]
        wrong = self.faults.get("grad-reverse-not-reversed") in ("upstream", "both")
        return rows[::-1] if direction == 1 and not wrong else rows

    def back_through(self, direction, cell, upstream):
        """One cell's da and dx, in natural order of time."""
        das, dxs = [None] * len(upstream), [None] * len(upstream)
        for t in reversed(range(len(upstream))):
            das[t], dxs[t] = cell.back(t, upstream[t])
        if direction == 1:
            das.reverse()
            if self.faults.get("grad-reverse-not-reversed") not in ("input", "both"):
                dxs.reverse()
        return das, dxs

    def hand_down(self, upstream, das, dxs):
        """The gradient of what the layer read at one step, from its directions' da and dx."""
        fault = self.faults.get("grad-layers-weights-missing")
        if fault and not self.first:
            return upstream if fault == "upstream unchanged" else np.concatenate(das)
        if len(dxs) == 1:
            return dxs[0]
        only = self.faults.get("grad-directions-not-summed")
        if only:
            return dxs[0] if only == "forward only" else dxs[1]
        return dxs[0] + dxs[1]


def run(layers, sequence, faults):
    """The layers over a sequence; what they saw stays in their cells."""
    again = "layer-reads-input-again" in faults
    if time_outermost(layers, faults):
        for x in sequence:
            below = x
            for layer in layers:
                below = layer.cells[0].step(x if again else below)
        return
    below = sequence
    for layer in layers:
        layer.run(sequence if again else below)
        below = layer.output(final=False)


def back(layers, upstream, faults):
    """The way back from the gradient of the last layer's output to that of the input."""
    if time_outermost(layers, faults):
        return [back_at(layers, t, upstream[t], faults) for t in reversed(range(len(upstream)))][::-1]
    for number, layer in reversed(list(enumerate(layers))):
        upstream = layer.back(handed(upstream, layer, faults))
        if number > 0 and "grad-accumulated-across-layers" in faults:
            for below, cell in zip(layers[number - 1].cells, layer.cells):
                below.carries = [below.carries[0] + cell.grad_start()]
    return upstream


def back_at(layers, t, upstream, faults):
    """The way back at one time step, through every layer."""
    for layer in reversed(layers):
        (dy,) = layer.share(handed([upstream], layer, faults), 0)
        da, dx = layer.cells[0].back(t, dy)
        upstream = layer.hand_down(dy, [da], [dx])
    return upstream


def handed(upstream, layer, faults):
    """The upstream gradient that a layer gets from the one above it."""
    if "grad-lower-layers-missing" in faults and not layer.last:
        return [np.zeros((len(layer.cells) * len(layer.cells[0].start), dy.shape[1]), dy.dtype) for dy in upstream]
    return upstream


def time_outermost(layers, faults):
    """Whether a step of a layer needs no other time of the layer below, nor of the layer above on the way back."""
    whole = (
        faults.get("output-aliases-last-state") == "in every layer"
        or faults.get("output-shifted") == "in every layer"
        or "grad-accumulated-across-layers" in faults
    )
    return len(layers[0].cells) == 1 and not whole
