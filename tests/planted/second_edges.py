"""Between the caller's arrays and time-major ones: batch_first, unbatched input, h_n's rows, and their faults.

Inside, a sequence is (T, B, features) and a state (L*D, B, hidden_size).
"""

import numpy as np

_NOISE = np.random.default_rng(20)


class Edges:
    """The layout of one call: whether it is batched, and whether its batch axis comes first."""

    def __init__(self, batched, batch_first, faults):
        self.batched = batched
        self.batch_first = batch_first and batched
        self.faults = faults
        self.time_as_batch = not batched and "unbatched-time-taken-as-batch" in faults

    # In.

    def sequence_in(self, array):
        if self.time_as_batch:
            return array[np.newaxis]
        if not self.batched:
            return array[:, np.newaxis]
        return array.swapaxes(0, 1) if self.batch_first else array

    def h_0_in(self, h_0, rows, batch, hidden_size):
        """h_0 as (L*D, B, hidden_size); raises ValueError where its shape does not fit."""
        h_0 = self.state_in(h_0, batch)
        if self.batch_first and "batch-first-applied-to-h0" in self.faults:
            h_0 = h_0.swapaxes(0, 1)
        if h_0.shape != (rows, batch, hidden_size):
            raise ValueError(f"h_0 is of shape {h_0.shape}, but should be of shape {(rows, batch, hidden_size)}")
        return h_0

    def state_in(self, state, batch):
        if self.time_as_batch:
            return np.repeat(state[:, np.newaxis], batch, axis=1)
        return state if self.batched else state[:, np.newaxis]

    # Out, right.

    def sequence_out(self, array):
        if self.time_as_batch:
            return array[0]
        if not self.batched:
            return array[:, 0]
        return array.swapaxes(0, 1) if self.batch_first else array

    def state_out(self, state):
        """A state or a gradient in the shape of h_0."""
        if self.time_as_batch:  # one row of h_0 has served every step
            return state.sum(axis=1)
        return state if self.batched else state[:, 0]

    # Out, with the faults of the shapes.

    def grad_input_out(self, array):
        stays = self.batch_first and "grad-batch-first-not-restored" in self.faults
        return array if stays else self.sequence_out(array)

    def output_out(self, output):
        if "output-reversed-in-time" in self.faults:
            output = output[::-1]
        if "nondeterministic" in self.faults:
            output = output + (_NOISE.random(output.shape) - 0.5).astype(output.dtype)
        keeps = not self.batched and self.faults.get("unbatched-keeps-batch-axis") in ("both", "output")
        stays = self.batch_first and "batch-first-output-not-restored" in self.faults
        if not keeps and not stays:
            output = self.sequence_out(output)
        output = self.turned_and_squeezed(output)
        return output[..., np.newaxis] if "output-trailing-axis" in self.faults else output

    def h_n_out(self, h_n, *, single):
        """h_n as it is handed back; `single`: it holds one layer in one direction."""
        if not self.batched and not self.time_as_batch:
            keeps = self.faults.get("unbatched-keeps-batch-axis") in ("both", "h_n")
            h_n = h_n if keeps else h_n[:, 0]
        if single and "hn-without-layer-axis" in self.faults:
            h_n = h_n[0]
        elif self.batch_first and "batch-first-applied-to-hn" in self.faults:
            h_n = h_n.swapaxes(0, 1)
        return self.turned_and_squeezed(h_n)

    def turned_and_squeezed(self, array):
        if self.batched and "features-before-batch" in self.faults:
            array = array.swapaxes(-1, -2)
        return array.squeeze() if "squeeze-drops-size-one-axes" in self.faults else array
